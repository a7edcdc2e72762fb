import { expect } from 'vitest'
import { test } from './watched-page.ts'

test('a month is priced row by row, and again under other assumptions', async ({ visit }) => {
  const { page } = await visit('/ui/?view=cost')
  const total = page.getByText(/^\$[\d.,]+ a month in /)
  await total.waitFor()
  const before = await total.textContent()
  const rows = page.getByRole('region', { name: 'Cost by component' })
  await rows.getByRole('row', { name: /^searcher compute/ }).waitFor()
  await page
    .getByRole('region', { name: 'To pay less' })
    .getByText(/keep data/)
    .waitFor()

  await page.getByLabel('Queries a month').fill('9000000')
  await page.keyboard.press('Enter')
  await expect.poll(() => total.textContent()).not.toBe(before)
  expect(dollars(await total.textContent())).toBeGreaterThan(dollars(before))
})

test('an assumption that cannot be is refused by its name', async ({ visit }) => {
  const { page } = await visit('/ui/?view=cost')
  await page.getByLabel('Days kept').fill('soon')
  await page.keyboard.press('Enter')
  expect(await page.getByRole('alert').textContent()).toContain('retentionDays')
})

function dollars(text: string | null): number {
  return Number(/\$([\d.,]+)/.exec(text ?? '')?.[1]?.replaceAll(',', ''))
}
