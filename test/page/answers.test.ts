import { readFile } from 'node:fs/promises'
import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, awaitAnswer, keepPicture, test } from './watched-page.ts'

const SEARCH = '**/_search'

interface AskedSearch {
  readonly size: number
  /** None: the page asks for values to complete with. */
  readonly query?: {
    readonly bool: { readonly must: readonly { readonly query_string: { query: string } }[] }
  }
}

function isSearch(route: Route, wanted: { query: string; size?: number }): boolean {
  const { query, size } = JSON.parse(route.request().postData() ?? '{}') as AskedSearch
  const text = query?.bool.must[0]?.query_string.query
  return text === wanted.query && (wanted.size === undefined || wanted.size === size)
}

async function ask(page: Page, query: string): Promise<void> {
  await page.getByLabel('Query').fill(query)
  await page.keyboard.press('Enter')
}

test('a slow answer never takes the place of a newer one', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, /^60 hits/)
  const held: Route[] = []
  await page.route(SEARCH, (route) =>
    isSearch(route, { query: 'level:error' }) ? void held.push(route) : route.continue(),
  )
  await ask(page, 'level:error')
  await expect.poll(() => held.length).toBe(2)
  await ask(page, 'level:info')
  await awaitAnswer(page, /^40 hits/)
  // They are let go now, whether the page still listens or not.
  await Promise.all(held.map((route) => route.continue().catch(() => undefined)))
  await ask(page, 'level:info AND seq:<10')
  await awaitAnswer(page, /^6 hits/)
  const rows = page.getByRole('grid', { name: 'Hits' })
  expect(await rows.getByText('error', { exact: true }).count()).toBe(0)
})

test('hits and counts are asked at once, and each is shown as it comes', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, /^60 hits/)
  const held: Route[] = []
  await page.route(SEARCH, (route) =>
    isSearch(route, { query: 'level:error', size: 0 }) ? void held.push(route) : route.continue(),
  )
  await ask(page, 'level:error')
  const grid = page.getByRole('grid', { name: 'Hits' })
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('21')
  await expect.poll(() => held.length).toBe(1)
  await held[0]?.continue()
  await awaitAnswer(page, /^20 hits/)
})

test('the histogram is stacked by a field, and a series filters', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await page.getByLabel('Stack by').selectOption('level')
  const series = page.getByRole('list', { name: 'Series' })
  await expect
    .poll(() => series.getByRole('listitem').allTextContents())
    .toEqual(['info 40', 'error 20'])
  await keepPicture(page, 'histogram-stacked')
  await series.getByRole('button', { name: 'error' }).click()
  await page.getByRole('menuitem', { name: 'Only this value' }).click()
  await awaitAnswer(page, /^20 hits/)
  expect(page.url()).toContain('by=level')
})

test('around a document are those before and after it, whatever the query', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile&q=seq%3A30&tz=utc')
  await awaitAnswer(page, /^1 hit\b/)
  await page.keyboard.press('o')
  await page.getByRole('button', { name: 'Around' }).click()
  const around = page.getByRole('list', { name: 'Documents around this one' })
  const times = async (): Promise<string[]> =>
    (await around.getByRole('listitem').allTextContents()).map((line) => line.slice(11, 16))
  await expect.poll(times).toHaveLength(21)
  expect((await times())[0]).toBe('12:40')
  expect((await times())[10]).toBe('12:30')
  expect((await times())[20]).toBe('12:20')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.getByRole('button', { name: '10 earlier' }).click()
  await expect.poll(times).toHaveLength(31)
  await around.getByRole('button').first().click()
  await expect.poll(() => page.url()).toContain('12%3A40%3A00')
})

test('hits are downloaded as they were sent, or with the columns that are shown', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile&q=seq%3A%3E57&col=note&col=big')
  await awaitAnswer(page, /^2 hits/)
  const download = async (format: string): Promise<string> => {
    await page.getByRole('button', { name: 'Download' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: format }).click(),
    ])
    return await readFile(await file.path(), 'utf8')
  }
  const lines = (await download('NDJSON')).trimEnd().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('"big":9007199254740993}')
  const rows = (await download('CSV')).trimEnd().split('\r\n')
  expect(rows[0]).toBe('ts,note,big')
  expect(rows[2]).toMatch(/^2026-03-01T12:58:00\.\d+Z,invoice-\u202Egnp\.exe,18446744073709551615$/)
})

test('where nothing was found in a time, all time is a press away', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile&from=now-15m')
  await awaitAnswer(page, /^Nothing was found/)
  await page.getByRole('button', { name: 'Look at all time' }).click()
  await awaitAnswer(page, /^60 hits/)
  expect(page.url()).not.toContain('from=')
})

test('a link to an index that is gone says so, and leads to one that is there', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=gone&col=a')
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('no index gone')
  await page.getByRole('button', { name: 'Look at hostile' }).click()
  await awaitAnswer(page, /^60 hits/)
})

test('a large index is counted in stretches of time, and drawn as each of them comes', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await awaitAnswer(page, /^100,000 hits/)
  await page.route('**/hostile/describe', async (route) => {
    const answer = await route.fetch()
    const facts = (await answer.json()) as object
    await route.fulfill({ json: { ...facts, num_published_docs: 20_000_000 } })
  })
  const held: Route[] = []
  await page.route('**/hostile/_search', (route) =>
    isSearch(route, { query: 'seq:*', size: 0 }) ? void held.push(route) : route.continue(),
  )
  await page.getByLabel('Index', { exact: true }).selectOption('hostile')
  await ask(page, 'seq:*')
  await expect.poll(() => held.length).toBe(3)
  const plot = page.getByRole('region', { name: 'Documents over time' }).getByRole('img')
  // The last stretch but one: its bars stand between two that are empty still.
  await held[1]?.continue()
  await page.getByText('still counting').waitFor()
  expect(await plot.getAttribute('aria-label')).toMatch(/^\d+ buckets of 30s .* most, 1, at /)
  await Promise.all([held[0]?.continue(), held[2]?.continue()])
  await awaitAnswer(page, /^60 hits/)
  expect(await page.getByText('still counting').count()).toBe(0)
})
