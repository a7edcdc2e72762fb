import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

const ADDRESS = '/ui/?view=aggregate&index=hostile&tz=utc'

function choice(page: Page, name: string): Locator {
  return page.getByRole('combobox', { name, exact: true })
}

async function rows(page: Page): Promise<string[][]> {
  const texts = await page.getByRole('region', { name: 'Groups' }).locator('tr').allInnerTexts()
  return texts.map((text) => text.split('\t').map((cell) => cell.trim()))
}

test('groups are counted, measured, and come as a file', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await page.getByText('Choose a field to group by.').waitFor()
  await choice(page, 'Field').selectOption('level')
  await expect
    .poll(async () => (await rows(page)).slice(1).map((row) => row.slice(0, 2)))
    .toEqual([
      ['info', '40'],
      ['error', '20'],
    ])
  await choice(page, 'Compute').selectOption('stats')
  await choice(page, 'of').selectOption('seq')
  await expect
    .poll(async () => (await rows(page))[2]?.slice(0, 6))
    .toEqual(['error', '20', '0', '28.5', '57', '570'])
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ])
  expect(await readFile(await file.path(), 'utf8')).toBe(
    'level,count,min,avg,max,sum\r\ninfo,40,1,30,59,1200\r\nerror,20,0,28.5,57,570\r\n',
  )
})

test('what is being typed stays when an answer arrives meanwhile', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await choice(page, 'Group by').selectOption('time')
  await choice(page, 'Compute').selectOption('percentiles')
  await choice(page, 'of').selectOption('seq')
  const percentiles = page.getByRole('textbox', { name: 'Percentiles' })
  await percentiles.fill('0, 100')
  // Of the percentiles that stood there before.
  await page.getByRole('img', { name: /3 lines over \d+ times/ }).waitFor()
  expect(await percentiles.inputValue()).toBe('0, 100')
  await percentiles.press('Enter')
  await page.getByRole('img', { name: /2 lines over \d+ times/ }).waitFor()
})

test('over time, by series and with percentiles, there are lines and the same numbers', async ({
  visit,
}) => {
  const { page } = await visit(ADDRESS)
  await choice(page, 'Group by').selectOption('time')
  await choice(page, 'Series by').selectOption('level')
  await page.getByRole('img', { name: /2 lines over \d+ times/ }).waitFor()
  await choice(page, 'Series by').selectOption('nothing')
  await choice(page, 'Compute').selectOption('percentiles')
  await choice(page, 'of').selectOption('seq')
  await page.getByRole('textbox', { name: 'Percentiles' }).fill('0, 100')
  await page.getByRole('textbox', { name: 'Percentiles' }).press('Tab')
  await page.getByRole('img', { name: /2 lines over \d+ times/ }).waitFor()
  await expect.poll(async () => (await rows(page))[0]).toEqual(['time', 'count', 'p0', 'p100'])
  await keepPicture(page, 'aggregate')
  expect(await accessibilityFaults(page)).toEqual([])
})

test('a link brings back what was computed', async ({ visit }) => {
  const { page } = await visit(ADDRESS)
  await choice(page, 'Group by').selectOption('all')
  await choice(page, 'Compute').selectOption('percentiles')
  await choice(page, 'of').selectOption('seq')
  await expect.poll(async () => (await rows(page))[1]?.[0]).toBe('all documents')
  const again = await visit(new URL(page.url()).pathname + new URL(page.url()).search)
  await expect.poll(async () => await rows(again.page)).toEqual(await rows(page))
})
