import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { SCRIPT } from './hostile-docs.ts'
import { accessibilityFaults, keepPicture, test } from './watched-page.ts'

/** Drops a file on the page as a person does who drags it from a folder. */
async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const base64 = Buffer.from(text).toString('base64')
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (char) => char.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], ${JSON.stringify(name)}))
    const send = (type) => document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    send('dragover')
    send('drop')
  }`)
}

const ORDERS = [
  'id,at,price,note',
  '1,2026-02-01T10:00:00Z,9.5,first',
  `2,2026-02-01T11:00:00Z,8,${SCRIPT}`,
]

test('a dropped file shows the mapping that fits, and with consent its documents', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByRole('grid', { name: 'Hits' }).waitFor()
  await dropFile(page, 'New Orders.csv', ORDERS.join('\n'))
  const dialog = page.getByRole('dialog', { name: 'Index New Orders.csv' })
  const fields = dialog.getByRole('region', { name: 'Proposed fields' })
  await fields.getByRole('row', { name: /price.*f64/ }).waitFor()
  await fields.getByRole('row', { name: /note.*text/ }).waitFor()
  expect(await dialog.getByLabel('Index').inputValue()).toBe('new-orders')
  expect(await dialog.getByLabel('Time').inputValue()).toBe('at')
  await keepPicture(page, 'drop-proposed')
  expect(await accessibilityFaults(page)).toEqual([])

  await dialog.getByRole('button', { name: 'Create and index' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(/^2 hits/).waitFor()
  expect(page.url()).toContain('index=new-orders')
  await page.getByRole('gridcell', { name: SCRIPT, exact: true }).waitFor()
})

test('on a phone the proposal fits the screen', async ({ visit }) => {
  const { page } = await visit('/ui/?view=indexes&index=mock-sales', {
    colorScheme: 'dark',
    viewport: { width: 360, height: 640 },
  })
  await page.getByRole('region', { name: 'All indexes' }).waitFor()
  await dropFile(page, 'phone.csv', ORDERS.join('\n'))
  const dialog = page.getByRole('dialog', { name: 'Index phone.csv' })
  await dialog.getByRole('region', { name: 'Proposed fields' }).waitFor()
  await keepPicture(page, 'drop-phone')
  expect(await accessibilityFaults(page)).toEqual([])
  const beyond = await page.evaluate<number>(
    `{ const { scrollWidth, clientWidth } = document.querySelector('dialog'); scrollWidth - clientWidth }`,
  )
  expect(beyond).toBe(0)
  const box = await dialog.boundingBox()
  expect((box?.x ?? 0) + (box?.width ?? Infinity)).toBeLessThanOrEqual(360)
})

test('what is typed in the mapping is what the index gets', async ({ visit }) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByRole('grid', { name: 'Hits' }).waitFor()
  await dropFile(page, 'orders-edited.csv', ORDERS.join('\n'))
  const dialog = page.getByRole('dialog')
  await dialog.getByText('The mapping, to be changed').click()
  const yaml = dialog.getByLabel('Mapping as YAML')
  await yaml.fill((await yaml.inputValue()).replace('type: f64', 'type: text'))
  await dialog.getByRole('button', { name: 'Create and index' }).click()
  await page.getByText(/^2 hits/).waitFor()
  await page.getByRole('link', { name: 'Indexes' }).click()
  const mapping = page.getByRole('region', { name: 'Fields of the mapping' })
  await mapping.getByRole('row', { name: /price.*text/ }).waitFor()
})

test('a file for an index that is there keeps its mapping; what does not fit is told', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByRole('grid', { name: 'Hits' }).waitFor()
  await dropFile(page, 'mixed.csv', ORDERS.join('\n'))
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create and index' }).click()
  await page.getByText(/^2 hits/).waitFor()

  await dropFile(page, 'mixed.csv', `${ORDERS.join('\n')}\n3,2026-02-01T12:00:00Z,much,third`)
  await dialog.getByText(/goes into mixed, whose mapping stays/).waitFor()
  await dialog.getByRole('button', { name: 'Index', exact: true }).click()
  await dialog.getByText(/1 rejected and kept to be tried again/).waitFor()
  await keepPicture(page, 'drop-rejected')
  expect(await accessibilityFaults(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Show the documents' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(page.url()).toContain('index=mixed')
})

test('a compressed file is chosen by keyboard, where nothing is dropped', async ({ visit }) => {
  const buffer = gzipSync('{"n":1}\n{"n":2}\n{"n":3}\n')
  const { page } = await visit('/ui/?view=indexes&index=mock-sales')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add file …' }).press('Enter')
  const file = { name: 'lines.ndjson.gz', mimeType: 'application/gzip', buffer }
  await (await chooser).setFiles(file)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Index').fill('packed')
  await page.keyboard.press('Tab')
  await dialog.getByText(/a new index/).waitFor()
  await dialog.getByRole('button', { name: 'Create and index' }).press('Enter')
  await page.getByText(/^3 hits/).waitFor()
})

test('what cannot be read is refused with the reason, and Escape leaves everything as it was', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=mock-sales')
  await page.getByRole('grid', { name: 'Hits' }).waitFor()
  await dropFile(page, 'picture.png', '\u0000\u0001\u0002 no documents here')
  const dialog = page.getByRole('dialog', { name: 'Index picture.png' })
  await dialog.getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(page.url()).toContain('index=mock-sales')
})
