import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, awaitAnswer, keepPicture, test } from './watched-page.ts'

function hits(page: Page): Locator {
  return page.getByRole('grid', { name: 'Hits' })
}

test('a click on a value narrows the search to it, and another takes it out again', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile&col=level')
  await hits(page).getByText('error', { exact: true }).first().click()
  const menu = page.getByRole('menu')
  await menu.getByRole('menuitem', { name: 'Only this value' }).waitFor()
  await keepPicture(page, 'hits-menu')
  expect(await accessibilityFaults(page)).toEqual([])
  await menu.getByRole('menuitem', { name: 'Only this value' }).click()
  await awaitAnswer(page, /^20 hits/)
  expect(await page.getByLabel('Query').inputValue()).toContain('level')

  await hits(page).getByText('error', { exact: true }).first().click()
  await page.getByRole('menuitem', { name: 'Not this value' }).click()
  await awaitAnswer(page, /^40 hits/)
})

test('a value with quotes and backslashes, of a field with quotes and blanks, filters', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile&q=note%3Anames')
  await hits(page).getByText('names', { exact: true }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('o')
  const document = page.getByRole('complementary', { name: 'Document' })
  await document.getByRole('button', { name: String.raw`v "q" \ back` }).click()
  await page.getByRole('menuitem', { name: 'Only this value' }).click()
  await awaitAnswer(page, /^1 hit\b/)
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('a document is opened as a tree, with exact integers, and its link brings it back', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile&q=big%3A*&tz=utc')
  await awaitAnswer(page, /^2 hits/)
  await hits(page).getByRole('row').nth(1).getByRole('gridcell').first().click()
  const document = page.getByRole('complementary', { name: 'Document' })
  await document.getByText('9007199254740993').first().waitFor()
  await document.getByText('2026-03-01 12:59:00.123456789').first().waitFor()
  await keepPicture(page, 'hits-document')
  expect(await accessibilityFaults(page)).toEqual([])

  const again = await visit(page.url().slice(page.url().indexOf('/ui/')))
  await again.page
    .getByRole('complementary', { name: 'Document' })
    .getByText('9007199254740993')
    .first()
    .waitFor()
})

test('scrolling goes on page by page, each hit once, and few rows are in the document', async ({
  visit,
}) => {
  const { page, requests } = await visit('/ui/?index=mock-sales&col=id')
  await awaitAnswer(page, /^[\d,]{7,} hits/)
  const seen = await page.evaluate<{ ids: string[]; mostRows: number }>(SCROLLED)
  expect(new Set(seen.ids).size).toBe(seen.ids.length)
  expect(seen.ids.length).toBeGreaterThan(1_500)
  expect(seen.mostRows).toBeLessThan(100)
  expect(requests.filter((each) => each.endsWith('/_search')).length).toBeGreaterThan(7)
})

/** Scrolls by half a window, frame by frame, until row 1,600; what was seen, in order. */
const SCROLLED = `(async () => {
  const grid = document.querySelector('[role=grid]')
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const ids = new Map()
  let mostRows = 0
  while (ids.size < 1600) {
    const rows = [...grid.querySelectorAll('[role=row][aria-rowindex]')]
    mostRows = Math.max(mostRows, rows.length)
    for (const row of rows) {
      const index = Number(row.getAttribute('aria-rowindex'))
      if (index > 1) ids.set(index, row.querySelector('[data-column]').textContent)
    }
    grid.scrollTop += grid.clientHeight / 2
    await frame()
  }
  return { ids: [...ids.keys()].sort((a, b) => a - b).map((index) => ids.get(index)), mostRows }
})()`

test('the keyboard alone is enough: query, hits, document and back', async ({ visit }) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, /^60 hits/)
  await page.keyboard.press('/')
  await page.keyboard.type('level:error')
  await page.keyboard.press('Enter')
  await awaitAnswer(page, /^20 hits/)
  await expect.poll(() => hits(page).getAttribute('aria-rowcount')).toBe('21')
  await hits(page).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const document = page.getByRole('complementary', { name: 'Document' })
  await document.waitFor()
  await page.keyboard.press('Escape')
  await document.waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.waitFor()
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'detached' })
})

test('Tab reaches everything that can be pressed, in the order in which it is seen', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, /^60 hits/)
  const reached: string[] = []
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate<string>(
      `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`,
    )
    reached.push(name)
    if (name === 'Hits') break
  }
  expect(reached).toEqual(
    expect.arrayContaining(['Index', 'Search', 'Indexes', 'Cost', 'Query', 'Hits']),
  )
  expect(reached.indexOf('Index')).toBeLessThan(reached.indexOf('Query'))
})

test('what is brushed on the histogram becomes the time range, and the address', async ({
  visit,
}) => {
  const { page } = await visit('/ui/?index=hostile')
  await awaitAnswer(page, /^60 hits/)
  const plot = page.getByRole('region', { name: 'Documents over time' }).getByRole('img')
  await plot.waitFor()
  const box = await page.locator('.u-over').boundingBox()
  if (box === null) throw new Error('there is no plot')
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 5 })
  await page.mouse.up()
  await expect.poll(() => page.url()).toMatch(/from=2026-03-01T.*to=2026-03-01T/)
  await awaitAnswer(page, /^(2[5-9]|3[0-5]) hits/)
  await page.goBack()
  await awaitAnswer(page, /^60 hits/)
})
