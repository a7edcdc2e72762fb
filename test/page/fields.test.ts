import { expect } from 'vitest'
import { LARGE_INTEGER } from './hostile-docs.ts'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

const ADDRESS = '/ui/?view=fields&index=hostile&tz=utc'

test('every field has its type, how many documents have it, and its top values', async ({
  visit,
}) => {
  const { page } = await visit(ADDRESS)
  const level = page.getByRole('button', { name: /^level / })
  await expect.poll(() => level.textContent()).toMatch(/text.*100 %.*info 67 %.*error 33 %/)
  await expect.poll(() => page.getByRole('button', { name: /^big / }).textContent()).toMatch('3 %')
  await keepPicture(page, 'fields')
  expect(await accessibilityFaults(page)).toEqual([])
})

test('a value of a field narrows the search, and takes itself out again', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByRole('button', { name: /^level / }).click()
  await page.getByRole('button', { name: 'Without error', exact: true }).click()
  await expect.poll(() => page.getByLabel('Query').inputValue()).toBe('NOT level:error')
  await page.getByText('values of 40 documents').waitFor()
  await page
    .getByRole('button', { name: 'Without error', exact: true })
    .waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Only info', exact: true }).click()
  await expect
    .poll(() => page.getByLabel('Query').inputValue())
    .toBe('NOT level:error AND level:info')
})

test('numbers have bounds and a picture of how they lie, exact where they are large', async ({
  visit,
}) => {
  const { page } = await visit(ADDRESS)
  await page.getByRole('button', { name: /^seq / }).click()
  await page.getByRole('img', { name: /^Documents by seq from 0 to/ }).waitFor()
  await page.getByRole('button', { name: /^big / }).click()
  await page.getByText(LARGE_INTEGER).first().waitFor()
  await page.getByRole('button', { name: `Only ${LARGE_INTEGER}` }).click()
  await page.getByText('values of 1 document').waitFor()
})
