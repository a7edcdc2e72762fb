import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

async function ask(path: string, body: string): Promise<void> {
  const response = await fetch(`${inject('served')}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(response.status, await response.text()).toBe(200)
}

/** An index of its own, so that nothing else writes to it. */
async function makeIndex(id: string): Promise<void> {
  const ts = { name: 'ts', type: 'datetime', input_formats: ['rfc3339'], fast: true }
  const mapping = { mode: 'dynamic', timestamp_field: 'ts', field_mappings: [ts] }
  const config = { version: '0.9', index_id: id, doc_mapping: mapping }
  await ask('indexes', JSON.stringify(config))
}

/** Documents by their number, at a second of their own unless it is given. */
async function publish(index: string, numbers: readonly number[], second?: number): Promise<void> {
  const lines = numbers.map((n) => {
    const at = new Date(Date.UTC(2026, 10, 23, 4, 0, second ?? n)).toISOString()
    return JSON.stringify({ ts: at, n, text: `document ${n}` })
  })
  await ask(`${index}/ingest?commit=force`, `${lines.join('\n')}\n`)
}

async function shown(page: Page): Promise<string[]> {
  const texts = await page.getByRole('region', { name: 'Documents as they come' }).innerText()
  return [...texts.matchAll(/document \d+/g)].map(([text]) => text)
}

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `document ${n}`)

test('what comes is shown once, also when it comes late, and nothing is lost in a pause', async ({
  visit,
}) => {
  await makeIndex('tailed')
  await publish('tailed', [0, 1, 2])
  const { page } = await visit('/ui/?view=tail&index=tailed&tz=utc')
  await expect.poll(() => shown(page)).toEqual(names(3))

  await publish('tailed', [3, 4])
  await expect.poll(() => shown(page)).toEqual(names(5))
  // Older than everything that was shown.
  await publish('tailed', [5], -30)
  await expect.poll(() => shown(page)).toEqual(names(6))

  await page.getByRole('button', { name: 'Pause' }).click()
  await publish('tailed', [6, 7])
  await page.getByText('2 documents came meanwhile').waitFor()
  expect(await shown(page)).toEqual(names(6))
  await keepPicture(page, 'tail-paused')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(() => shown(page)).toEqual(names(8))
})

test('the query says what is followed', async ({ visit }) => {
  await makeIndex('tailed-query')
  await publish('tailed-query', [0, 1])
  const { page } = await visit('/ui/?view=tail&index=tailed-query&q=n%3A1')
  await expect.poll(() => shown(page)).toEqual(['document 1'])
  await page.getByLabel('Query').fill('n:>1')
  await page.keyboard.press('Enter')
  await page.getByText('Nothing that matches has come yet.').waitFor()
  await publish('tailed-query', [2, 3])
  await expect.poll(() => shown(page)).toEqual(['document 2', 'document 3'])
})
