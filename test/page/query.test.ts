import { expect } from 'vitest'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

test('fields are completed as one types, and then their values, by keyboard', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await page.getByText(/^60 hits/).waitFor()
  await page.getByLabel('Query').click()
  await page.keyboard.type('lev')
  const choices = page.getByRole('listbox', { name: 'Suggestions' })
  await choices.getByRole('option', { name: /^level/ }).waitFor()
  await keepPicture(page, 'query-completion')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  expect(await page.getByLabel('Query').inputValue()).toMatch(/^level:?$/)
  if ((await page.getByLabel('Query').inputValue()) === 'level') await page.keyboard.type(':')
  await page.keyboard.type('e')
  await choices.getByRole('option', { name: /error/ }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByText(/^20 hits/).waitFor()
})

test('a field whose name has quotes and dots is completed so that it can be asked', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile')
  await page.getByText(/^60 hits/).waitFor()
  await page.getByLabel('Query').click()
  await page.keyboard.type('dott')
  await page
    .getByRole('option', { name: /^dotted/ })
    .first()
    .waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.type('x')
  await page.keyboard.press('Enter')
  await page.getByText(/^1 hit\b/).waitFor()
})

test('where the mistake is, the query is selected', async ({ visit }) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByText(/hits/).first().waitFor()
  await page.getByLabel('Query').fill('quantity:>5 AND )')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  await keepPicture(page, 'query-mistake')
  expect(await accessibilityFaults(page)).toEqual([])
  const query = page.getByLabel('Query')
  await expect.poll(() => query.getAttribute('aria-invalid')).toBe('true')
  const cursor = await page.evaluate<number>(`document.querySelector('#query').selectionStart`)
  expect(cursor).toBe('quantity:>5 AND '.length)
})

test('what was asked before is offered again in an empty box', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await page.getByText(/^60 hits/).waitFor()
  const query = page.getByLabel('Query')
  await query.fill('level:error')
  await page.keyboard.press('Enter')
  await page.getByText(/^20 hits/).waitFor()
  await query.fill('')
  await page.keyboard.press('Enter')
  await page.getByText(/^60 hits/).waitFor()
  await page.keyboard.press('ArrowUp')
  await page
    .getByRole('option', { name: /level:error/ })
    .first()
    .waitFor()
})

test('Stop ends a search, and says so', async ({ visit }) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByText(/hits/).first().waitFor()
  // An answer that does not come: what a slow search looks like.
  await page.route('**/_search', () => undefined)
  await page.getByLabel('Query').fill('quantity:>5')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped').first().waitFor()
  await page.getByRole('button', { name: 'Search', exact: true }).waitFor()
})
