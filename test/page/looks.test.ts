import { expect } from 'vitest'
import { accessibilityFaults, keepPicture, test, type Look } from './watched-page.ts'

const VIEWS = [
  { name: 'search', path: '/ui/?index=mock-sales&q=quantity%3A%3E5', shows: /hits/ },
  { name: 'fields', path: '/ui/?index=mock-sales&view=fields', shows: /quantity/ },
  { name: 'aggregate', path: '/ui/?index=mock-sales&view=aggregate', shows: /Choose a field/ },
  { name: 'tail', path: '/ui/?index=mock-sales&view=tail', shows: /Pause/ },
  { name: 'indexes', path: '/ui/?index=mock-sales&view=indexes', shows: /Keep documents/ },
  { name: 'cost', path: '/ui/?view=cost', shows: /a month in/ },
]

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 720 } },
]

for (const view of VIEWS) {
  for (const { name, ...look } of LOOKS) {
    test(`${view.name}, ${name}: nobody is shut out, and nothing scrolls sideways`, async ({
      visit,
    }) => {
      const { page } = await visit(view.path, look)
      await page.getByText(view.shows).first().waitFor()
      await keepPicture(page, `${view.name}-${name}`)
      expect(await accessibilityFaults(page)).toEqual([])
      const beyond = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(beyond).toBe(0)
    })
  }
}

test('every view of the page is looked at', async ({ visit }) => {
  const { page } = await visit('/ui/')
  const links = page.getByRole('navigation', { name: 'Views' }).getByRole('link')
  await links.first().waitFor()
  const titles = await links.allTextContents()
  expect(titles.map((title) => title.toLowerCase())).toEqual(VIEWS.map(({ name }) => name))
})

test('light and dark are as the system has them until somebody chooses', async ({ visit }) => {
  const { page } = await visit('/ui/', { colorScheme: 'dark' })
  const lightness = (): Promise<number> =>
    page.evaluate<number>(
      `Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])`,
    )
  expect(await lightness()).toBeLessThan(80)
  const choose = page.getByRole('button', { name: /auto|dark|light/i })
  await choose.click()
  await expect.poll(lightness).toBeGreaterThan(200)
  await page.reload()
  await expect.poll(lightness).toBeGreaterThan(200)
})
