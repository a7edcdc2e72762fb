import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runCli, startCli } from '../cli-process.ts'
import { accessibilityFaults, awaitAnswer, test, watchPage } from './watched-page.ts'

const KEY = 'a-key-that-nobody-guesses'

/** A server of its own, which asks for a key. */
async function serveKeyed(visit: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'qw-page-key-'))
  const options = { cwd: folder, env: { QWL_DATA_DIR: join(folder, 'data') } }
  await writeFile(join(folder, 'key.txt'), KEY)
  await writeFile(join(folder, 'app.ndjson'), '{"level":"error"}\n{"level":"info"}\n')
  await runCli(
    ['init', '--target', 'local', '--name', 'keyed', '--from', 'app.ndjson', '-y'],
    options,
  )
  const args = ['serve', '--port', '0', '--api-key-file', 'key.txt', '--log', 'none']
  const server = startCli(args, options)
  try {
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
      server.once('close', () => reject(new Error('serve ended')))
    })
    await visit(url)
  } finally {
    const ended = new Promise((done) => server.once('close', done))
    server.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
}

test('a key is asked for once, and is nowhere but in the memory of the tab', async ({
  browser,
}) => {
  await serveKeyed(async (url) => {
    const { page, faults } = await watchPage(browser, url, {})
    await page.goto(`${url}/ui/`)
    const dialog = page.getByRole('dialog', { name: 'API key' })
    await dialog.getByLabel('Key').fill('wrong')
    await page.keyboard.press('Enter')
    await dialog.getByText('This key was refused').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByLabel('Key').fill(KEY)
    await page.keyboard.press('Enter')
    await awaitAnswer(page, /^2 hits/)
    expect(await dialog.count()).toBe(0)
    const kept =
      'JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])'
    expect(await page.evaluate<string>(kept)).not.toContain(KEY)
    expect(await faults()).toEqual([])
    await page.reload()
    await dialog.waitFor()
    await page.context().close()
  })
})
