import { expect, inject } from 'vitest'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

const NARROW = `version: "0.9"
index_id: ID
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true}
    - {name: amount, type: u64}
  timestamp_field: ts
`

/** An index of its own with two documents and one that is rejected, for a test to spoil. */
async function makeIndex(id: string): Promise<void> {
  const api = `${inject('served')}/api/v1`
  const send = async (path: string, body: string, type: string): Promise<void> => {
    const headers = { 'content-type': type }
    const response = await fetch(`${api}/${path}`, { method: 'POST', body, headers })
    if (!response.ok) throw new Error(await response.text())
  }
  await send('indexes', NARROW.replace('ID', id), 'application/yaml')
  const docs = ['1', '2', '"many"'].map(
    (amount) => `{"ts":"2026-01-01T00:00:00Z","amount":${amount}}`,
  )
  await send(`${id}/ingest?input_format=ndjson&name=three.ndjson`, docs.join('\n'), 'text/plain')
}

test('an index shows its splits, its runs, its mapping and why documents were rejected', async ({
  visit,
}) => {
  await makeIndex('page-shown')
  const { page } = await visit('/ui/?view=indexes&index=page-shown')
  const row = page
    .getByRole('region', { name: 'All indexes' })
    .getByRole('row', { name: /page-shown/ })
  await row.waitFor()
  expect(await row.textContent()).toMatch(/page-shown2/)
  await page.getByRole('img', { name: /^Splits from / }).waitFor()
  await page
    .getByRole('region', { name: 'Ingest runs' })
    .getByText(/three\.ndjson/)
    .waitFor()
  await page.getByRole('region', { name: 'Fields of the mapping' }).getByText('amount').waitFor()
  const reasons = page.getByRole('region', { name: 'Why documents were rejected' })
  await reasons
    .getByText(/amount/)
    .first()
    .waitFor()
  await keepPicture(page, 'indexes-failures')
  expect(await accessibilityFaults(page)).toEqual([])
})

test('rejected documents are tried again, and what came of it is said', async ({ visit }) => {
  await makeIndex('page-retried')
  const { page } = await visit('/ui/?view=indexes&index=page-retried')
  await page.getByRole('button', { name: 'Try 1 rejected document again' }).click()
  await page.getByText('0 documents indexed, 1 rejected again.').waitFor()
})

test('an index goes only when its name was typed, by keyboard alone too', async ({ visit }) => {
  await makeIndex('page-doomed')
  const { page } = await visit('/ui/?view=indexes&index=page-doomed')
  await page.getByRole('button', { name: 'Delete …' }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Delete page-doomed' })
  await dialog.waitFor()
  await keepPicture(page, 'indexes-delete')
  expect(await accessibilityFaults(page)).toEqual([])
  const remove = dialog.getByRole('button', { name: 'Delete' })
  await page.keyboard.type('page-doom')
  expect(await remove.isDisabled()).toBe(true)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await statusOf('page-doomed')).toBe(200)

  await page.getByRole('button', { name: 'Delete …' }).press('Enter')
  await dialog.waitFor()
  await page.keyboard.type('page-doomed')
  await page.keyboard.press('Enter')
  await expect.poll(() => statusOf('page-doomed')).toBe(404)
  await page.getByRole('link', { name: 'page-doomed' }).waitFor({ state: 'detached' })
})

test('retention is changed, and the mapping stays', async ({ visit }) => {
  await makeIndex('page-kept')
  const { page } = await visit('/ui/?view=indexes&index=page-kept')
  await page.getByLabel('Keep documents for').fill('1000 days')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('page-kept')
  await page.keyboard.press('Enter')
  await page.getByText('Documents are kept for 1000 days.').waitFor()
  const standing = await (await fetch(`${inject('served')}/api/v1/indexes/page-kept`)).json()
  expect(standing).toMatchObject({
    index_config: {
      retention: { period: '1000 days' },
      doc_mapping: { field_mappings: [{ name: 'ts' }, { name: 'amount' }] },
    },
  })
})

test('what clean-up and merging would do or did is said in numbers', async ({ visit }) => {
  await makeIndex('page-tidy')
  const { page } = await visit('/ui/?view=indexes&index=page-tidy')
  await page.getByRole('button', { name: 'What would clean-up delete?' }).click()
  await page.getByText(/^0 splits past retention, .* would be deleted: 0 B\.$/).waitFor()
  await page.getByRole('button', { name: 'Merge splits' }).click()
  await page.getByText('There is nothing to merge.').waitFor()
})

async function statusOf(id: string): Promise<number> {
  return (await fetch(`${inject('served')}/api/v1/indexes/${id}`)).status
}
