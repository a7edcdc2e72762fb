import { expect } from 'vitest'
import { awaitAnswer, test } from './watched-page.ts'

const SALES = '/ui/?index=mock-sales'
const HOSTILE = '/ui/?index=hostile'

test('the first index is shown with its newest documents, and how many there are', async ({
  visit,
}) => {
  const { page } = await visit('/ui/')
  await awaitAnswer(page, /^\d.* hits/)
  expect(await page.getByLabel('Index', { exact: true }).inputValue()).toBe('hostile')
  expect(page.url()).toContain('index=hostile')
})

test('what is typed is asked, and stands in the address', async ({ visit }) => {
  const { page } = await visit(SALES)
  await page.getByLabel('Query').fill('quantity:>9')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('q=quantity%3A%3E9')
  await awaitAnswer(page, /^[\d,]+ hits/)
  const quantities = page.getByRole('gridcell', { name: '10', exact: true })
  await quantities.first().waitFor()
})

test('a mistake in the query is told as the terminal tells it, and the way out', async ({
  visit,
}) => {
  const { page } = await visit(SALES)
  await page.getByLabel('Query').fill('quantity:>9 AND (price:[1 TO')
  await page.keyboard.press('Enter')
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toMatch(/price|\(|\[/)
})

test('a link is the view: query, sort and index come back', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile&q=level%3Aerror&sort=asc&tz=utc')
  expect(await page.getByLabel('Query').inputValue()).toBe('level:error')
  await awaitAnswer(page, /^20 hits/)
  const first = page.getByRole('grid', { name: 'Hits' }).getByRole('row').nth(1)
  expect(await first.textContent()).toContain('2026-03-01')
})

test('the back button leads to the query before', async ({ visit }) => {
  const { page } = await visit(`${HOSTILE}&q=level%3Aerror`)
  await page.getByLabel('Query').fill('level:info')
  await page.keyboard.press('Enter')
  await awaitAnswer(page, /^40 hits/)
  await page.goBack()
  await expect.poll(() => page.getByLabel('Query').inputValue()).toBe('level:error')
  await awaitAnswer(page, /^20 hits/)
})
