import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { findChromium } from '../page/chromium.ts'
import { LAUNCH_ARGS, watchPage } from '../page/watched-page.ts'
import { Desk, smallProject, tagBuckets } from './cli-desk.ts'

const NAME = 'shop-page'
/** Functions that the emulator runs are cold. */
const PATIENCE = { timeout: 30_000 }
const executablePath = findChromium()

describe('the page of a deployment', () => {
  let desk: Desk
  let browser: Browser | undefined
  let outputs: Record<string, string> = {}
  beforeAll(async () => {
    desk = new Desk()
    desk.write('qw-lambda.json', smallProject(NAME))
    if (executablePath !== undefined) {
      browser = await chromium.launch({ executablePath, args: LAUNCH_ARGS })
    }
    outputs = await deploy()
    await desk.json('generator', 'run', '--docs', '300', '--seed', '7')
  })
  afterAll(async () => {
    await browser?.close()
    await tagBuckets(NAME, [outputs['index_bucket'] ?? '', outputs['staging_bucket'] ?? ''])
    await desk.run('teardown', '--confirm', NAME)
    desk.remove()
  })

  async function deploy(...flags: string[]): Promise<Record<string, string>> {
    const deployed = await desk.json('deploy', '--yes', '--no-verify', ...flags)
    return deployed['outputs'] as Record<string, string>
  }

  test('deploy --page puts it before an API that is there already, and --no-page takes it away', async () => {
    const api = outputs['api_url'] ?? ''
    const address = api.replace('/v1', '/ui/index.html')
    expect(outputs['page_url']).toBeNull()
    expect(await statusOf(address)).toBe(403)
    outputs = await deploy('--page')
    expect(outputs['page_url']).toBe(address)
    expect(outputs['api_url']).toBe(api)
    expect(await statusOf(address)).toBe(200)
    expect((await deploy('--no-page'))['page_url']).toBeNull()
    expect(await statusOf(address)).toBe(403)
    outputs = await deploy('--page')
    expect(await statusOf(address)).toBe(200)
  })

  // Without a browser on this machine these two are counted as not run.
  test.skipIf(executablePath === undefined)(
    'in a browser it asks for the key, and then shows what was indexed',
    async () => {
      const [, api] = /^https:\/\/([^.]+)\./.exec(outputs['api_url'] ?? '') ?? []
      const origin = inject('awsEndpoint')
      const { page, faults } = await watched(origin)
      await page.goto(`${origin}/restapis/${api}/api/_user_request_/ui/index.html`)
      const dialog = page.getByRole('dialog', { name: 'API key' })
      await dialog.getByLabel('Key').fill((await desk.run('api-key', 'show')).stdout.trim())
      await page.keyboard.press('Enter')
      const status = page.getByRole('status').first()
      await expect.poll(() => status.textContent(), PATIENCE).toMatch(/^300 hits/)
      expect(await faults()).toEqual([])
      await page.context().close()
    },
  )

  test.skipIf(executablePath === undefined)(
    'through serve --proxy its Cost view has what the deployment used beside the estimate',
    async () => {
      const { child, ended } = desk.start('serve', '--proxy', '--port', '0')
      const [text] = (await once(child.stdout, 'data')) as [string]
      const { page, faults } = await watched(text.trim())
      await page.goto(`${text.trim()}/ui/?view=cost`)
      const total = page.getByText(/^\$[\d.,]+ a month in us-east-1/)
      await expect
        .poll(() => total.textContent(), PATIENCE)
        .toMatch(/ · \$[\d.,]+ as used in the last \d+ minutes$/)
      const rows = page.getByRole('region', { name: 'Cost by component' })
      const secret = rows.getByRole('row', { name: /^secret/ })
      expect(await secret.getByRole('cell').allTextContents()).toEqual(
        expect.arrayContaining(['$0.40', '$0.40']),
      )
      const reads = rows.getByRole('row', { name: /^S3 reads/ })
      expect(await reads.textContent()).toContain('not known')
      expect(await faults()).toEqual([])
      await page.context().close()
      child.kill('SIGINT')
      expect((await ended).exitCode).toBe(0)
    },
  )

  async function watched(origin: string) {
    if (browser === undefined) throw new Error('no browser')
    return await watchPage(browser, origin, {})
  }
})

/** Asked of the emulator under the API's own name. */
async function statusOf(address: string): Promise<number | undefined> {
  const { host, pathname } = new URL(address)
  const { hostname, port } = new URL(inject('awsEndpoint'))
  const outgoing = request({ hostname, port, path: pathname, headers: { host } }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  incoming.resume()
  return incoming.statusCode
}
