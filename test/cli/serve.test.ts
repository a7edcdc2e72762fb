import { createServer } from 'node:http'
import { readdir, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { openCommand } from '../../src/cli/serve/open-command.ts'
import { serveCommand } from '../../src/cli/serve/serve-command.ts'
import { takeServeLock } from '../../src/local/serve-lock.ts'
import { Workplace, type Outcome } from './in-process.ts'

let place: Workplace
let folder: string
beforeEach(async () => {
  place = await Workplace.make()
  const from = await place.write('app.ndjson', '{"level":"error"}\n{"level":"info"}\n')
  const run = await place.run(initCommand, { options: { from, name: 'shop' } })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  folder = join(place.dataDir, 'shop')
})
afterEach(() => place.remove())

/** Serves until `visit` is done with the address. */
async function served(
  options: Record<string, unknown>,
  visit: (url: string) => Promise<void>,
): Promise<Outcome> {
  const controller = new AbortController()
  let visited = Promise.resolve()
  const run = await place.run(serveCommand, {
    options: { log: 'none', ...options },
    signal: controller.signal,
    onNote(text) {
      const url = /API under (\S+)\/api\/v1/.exec(text)?.[1]
      if (url !== undefined) visited = visit(url).finally(() => controller.abort('done'))
    },
  })
  await visited
  return run
}

async function count(url: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/app/search?query=level:error&max_hits=0`)
  return ((await response.json()) as { num_hits: number }).num_hits
}

/** Every file with the time of its last change. */
async function contents(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.map(async (name) => `${name} ${(await stat(join(folder, name))).mtimeMs}`)
  return (await Promise.all(lines)).toSorted()
}

test('read-only, it answers without a lock, beside another, and writes nothing', async () => {
  const before = await contents()
  const lock = await takeServeLock(folder, 'http://127.0.0.1:1')
  const run = await served({ readOnly: true }, async (url) => {
    expect(await count(url)).toBe(1)
  })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  await lock.release()
  const withoutLock = (lines: readonly string[]): string[] =>
    lines.filter((line) => !/^(serve\.json|\.qw-store)/.test(line))
  expect(withoutLock(await contents())).toEqual(withoutLock(before))
})

test('a browser is shown the page, whose address serve and open tell', async () => {
  const run = await served({}, async (url) => {
    const shown = await fetch(url, { headers: { accept: 'text/html' } })
    expect(shown.url).toBe(`${url}/ui/`)
    expect(shown.headers.get('content-security-policy')).toContain("script-src 'self'")
    const opened = await place.run(openCommand, { options: { print: true } })
    expect(opened.stdout).toBe(`${url}/ui/\n`)
    const foreign = await fetch(`${url}/ui/`, { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
  })
  expect(run.stderr).toMatch(/Page at http:\/\/127\.0\.0\.1:\d+\/ui\/\n/)
})

test('the lock comes before the port, so that a refused server never answered', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as AddressInfo
  const options = { port: String(port) }
  try {
    const lock = await takeServeLock(folder, 'http://127.0.0.1:1')
    const refused = await place.run(serveCommand, { options })
    expect(refused.error).toMatchObject({ code: 'LOCAL-LOCK' })
    await lock.release()
    const taken = await place.run(serveCommand, { options })
    expect(taken.error).toMatchObject({ code: 'LOCAL-PORT' })
  } finally {
    other.close()
  }
  const run = await served({ generator: false }, async (url) => expect(await count(url)).toBe(1))
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
})
