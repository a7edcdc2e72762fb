import { join } from 'node:path'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect, test as base, inject } from 'vitest'

/** Nothing of the browser's own goes out, and no name but that of this machine is found. */
export const LAUNCH_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

/** How long something may take to be on the page; nothing is proven by how long it took. */
const PATIENCE_MS = 10_000

export type Look = Pick<BrowserContextOptions, 'colorScheme' | 'viewport' | 'timezoneId'>

/** A page and all that it did which a page of ours must not do. */
interface WatchedPage {
  readonly page: Page
  /** Addresses that were asked, in order. */
  readonly requests: readonly string[]
  /**
   * Requests elsewhere, breaches of the content-security-policy, uncaught errors, dialogs, and
   * marks that a script of a document left: a sentence each.
   */
  readonly faults: () => Promise<string[]>
}

export async function watchPage(
  browser: Browser,
  origin: string,
  look: Look,
): Promise<WatchedPage> {
  // A day that no summer time shortens, away from UTC: local and UTC are never the same.
  const context = await browser.newContext({ timezoneId: 'Asia/Kolkata', locale: 'en-GB', ...look })
  context.setDefaultTimeout(PATIENCE_MS)
  const faults: string[] = []
  const requests: string[] = []
  context.on('request', (request) => {
    requests.push(request.url())
    if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) {
      faults.push(`asked ${request.url()}`)
    }
  })
  context.on('weberror', (error) => faults.push(`uncaught: ${error.error().message}`))
  await context.exposeBinding('breached', (_, directive: string, uri: string) => {
    faults.push(`breach of ${directive}: ${uri}`)
  })
  await context.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) => breached(event.effectiveDirective, event.blockedURI))`,
  )
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return {
    page,
    requests,
    faults: async () => {
      const mark = await page.evaluate<unknown>('window.hostile')
      return mark === undefined
        ? faults
        : [...faults, `a script of a document ran: ${JSON.stringify(mark)}`]
    },
  }
}

/** What an accessibility checker finds in what is on the screen, by rule and element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Through the debugger, which the content-security-policy does not bind.
  await page.evaluate(axe.source)
  const results = await page.evaluate<axe.AxeResults>('axe.run(document)')
  return results.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}

/**
 * Waits until the search has ended and its status reads as expected: hits and their count are
 * asked at once, so that a count on the screen does not say yet that there is a row to open.
 */
export async function awaitAnswer(page: Page, expected: RegExp): Promise<void> {
  await expect
    .poll(async () => {
      const isRunning = (await page.getByRole('button', { name: 'Stop' }).count()) > 0
      return isRunning ? 'still running' : page.getByRole('status').first().textContent()
    })
    .toMatch(expected)
}

/** Keeps a picture of the page to be looked at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(inject('screenshots'), `${name}.png`) })
}

interface Fixtures {
  readonly executablePath: string
  readonly browser: Browser
  /** Opens the page at a path of the server with a look; at its end nothing may have been wrong. */
  readonly visit: (path: string, look?: Look) => Promise<WatchedPage>
}

const withBrowser = base.extend<Fixtures>({
  executablePath: [inject('chromium'), { scope: 'file' }],
  browser: [
    async ({ executablePath }, use) => {
      const browser = await chromium.launch({ executablePath, args: LAUNCH_ARGS })
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  async visit({ browser }, use) {
    const origin = inject('served')
    const opened: WatchedPage[] = []
    await use(async (path, look = {}) => {
      const watched = await watchPage(browser, origin, look)
      opened.push(watched)
      await watched.page.goto(`${origin}${path}`)
      return watched
    })
    const faults = (await Promise.all(opened.map((each) => each.faults()))).flat()
    await Promise.all(opened.map(({ page }) => page.context().close()))
    if (faults.length > 0) throw new Error(`the page did what it must not:\n${faults.join('\n')}`)
  },
})

/** A test with a browser; counted as not run where there is none. */
export const test = withBrowser.skipIf(inject('chromium') === '')
