import { expect, inject } from 'vitest'
import {
  BIDI_NAME,
  HOSTILE_COUNT,
  IMAGE,
  LARGE_INTEGER,
  LARGEST_INTEGER,
  SCRIPT,
} from './hostile-docs.ts'
import { awaitAnswer, test } from './watched-page.ts'

// What the page must not do is looked at after every visit (`watched-page.ts`).
const COLUMNS = '/ui/?index=hostile&col=note&col=html&col=big'

test('markup in documents is text, and integers are exact', async ({ visit }) => {
  const { page } = await visit(COLUMNS)
  for (const text of [SCRIPT, IMAGE, LARGE_INTEGER, LARGEST_INTEGER]) {
    await page.getByRole('gridcell', { name: text, exact: true }).first().waitFor()
  }
  const made = await page.evaluate<number>(
    `document.querySelectorAll('main img, main script').length`,
  )
  expect(made).toBe(0)
})

test('what turns the direction of reading is shown as a sign', async ({ visit }) => {
  const { page } = await visit(COLUMNS)
  const shown = BIDI_NAME.replace('\u202E', String.raw`\u202e`)
  await page.getByRole('gridcell', { name: shown, exact: true }).waitFor()
})

test('every document of the index is shown, the longest ones too', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, new RegExp(`^${HOSTILE_COUNT} hits`))
  await page
    .getByRole('gridcell', { name: /^unbroken/ })
    .first()
    .waitFor()
})

test('an address that somebody made up changes nothing but what is shown', async ({ visit }) => {
  const address = new URLSearchParams({ index: 'hostile', q: SCRIPT, col: IMAGE, by: SCRIPT })
  const { page } = await visit(`/ui/?${address.toString()}`)
  expect(await page.getByLabel('Query').inputValue()).toBe(SCRIPT)
  const absent = await visit(`/ui/?index=${encodeURIComponent('../../nowhere"><script>')}&view=%00`)
  await absent.page.getByRole('main').waitFor()
  expect(absent.requests.every((each) => each.startsWith(inject('served')))).toBe(true)
})
