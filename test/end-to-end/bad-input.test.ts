import { createWriteStream, statSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AnyCommand, RawOptions } from '../../src/cli/command/command.ts'
import { indexCreateCommand } from '../../src/cli/indexes/index-change-command.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { ingestFailuresCommand } from '../../src/cli/ingest/ingest-failures-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { serveCommand } from '../../src/cli/serve/serve-command.ts'
import { teardownCommand } from '../../src/cli/teardown/teardown-command.ts'
import { Workplace, type Invocation } from '../cli/in-process.ts'
import { finished, runCli, startCli } from '../cli-process.ts'

const SCHEMA = `version: "0.9"
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp]}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text}
  timestamp_field: ts
`
const KEPT = 500

let place: Workplace
/** Documents that are in and have to stay, whatever is tried. */
let expected = KEPT

beforeAll(async () => {
  place = await Workplace.make()
  const schema = await place.write('orders.yaml', SCHEMA)
  const set = await place.run(initCommand, { options: { name: 'shop', data: 'empty', schema } })
  expect(set, set.error?.message ?? '').toMatchObject({ exitCode: 0 })
  expect((await ingest('orders.ndjson', orders(KEPT))).exitCode).toBe(0)
})
afterAll(() => place.remove())

// Nothing lost, and the next run works: after every single one of these mistakes.
afterEach(async () => {
  const more = await ingest(`more-${expected}.ndjson`, orders(1, expected))
  expect(more, more.text).toMatchObject({ exitCode: 0 })
  expected++
  const counted = await search({ count: true })
  expect(counted, counted.text).toMatchObject({ stdout: `${expected}\n` })
})

function orders(count: number, first = 0): string {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ ts: 1_700_000_000 + first + i, quantity: i % 10, note: `order ${first + i}` }),
  )
  return `${lines.join('\n')}\n`
}

interface Seen {
  readonly exitCode: number
  readonly stdout: string
  /** Everything on stderr, the error with its way out included. */
  readonly text: string
}

async function run(command: AnyCommand, invocation: Invocation): Promise<Seen> {
  const { exitCode, stdout, stderr, error } = await place.run(command, invocation)
  const lines = [stderr, error?.message, error?.why, error?.fix, error?.code]
  return { exitCode, stdout, text: lines.filter((line) => line !== undefined).join('\n') }
}

async function ingest(
  name: string,
  content: string | Uint8Array,
  options: RawOptions = {},
): Promise<Seen> {
  return await run(ingestCommand, { args: [await place.write(name, content)], options })
}

async function search(options: RawOptions): Promise<Seen> {
  return await run(searchCommand, { args: ['note:order'], options })
}

describe('files', () => {
  test('that are not there, or folders without any', async () => {
    const seen = await run(ingestCommand, { args: [place.path('none.ndjson')] })
    expect(seen.exitCode).toBe(6)
    expect(seen.text).toMatch(/none\.ndjson[\s\S]*name a file/)
  })

  test('half written: packed ones are damaged', async () => {
    const whole = gzipSync(orders(5_000, 10_000))
    const seen = await ingest('half.gz', whole.subarray(0, whole.length / 2))
    expect(seen.exitCode).toBe(1)
    expect(seen.text).toMatch(/half\.gz is damaged or cut short[\s\S]*gzip -t/)
  })

  test('half written: of plain ones the last line waits for the next run, and that is said', async () => {
    const seen = await ingest('half.ndjson', orders(200, 20_000).slice(0, -10))
    expect(seen.exitCode).toBe(0)
    expect(seen.text).toMatch(/last line of \S*half\.ndjson is half written/)
    expected += 199
  })

  test('broken in the middle: the line is rejected, and kept to be looked at', async () => {
    const seen = await ingest('broken.ndjson', `${orders(199, 40_000)}{"ts":17\n`)
    expect(seen.exitCode).toBe(10)
    expect(seen.text).toContain('qw-lambda ingest failures')
    expected += 199
    expect((await run(ingestFailuresCommand, {})).stdout).toContain('invalid JSON')
  })

  test.each([
    ['utf-16.ndjson', Buffer.from(orders(5), 'utf16le'), 2, /UTF-16[\s\S]*iconv/],
    ['data.parquet', 'PAR1 and more', 2, /Parquet[\s\S]*newline-delimited JSON/],
    ['data.zip', 'PK\u0003\u0004 and more', 2, /zip[\s\S]*unzip/],
    [
      'latin-1.ndjson',
      Buffer.from('{"ts":1700000000,"note":"caf\xe9"}\n', 'latin1'),
      10,
      /not valid UTF-8[\s\S]*--max-errors/,
    ],
  ])('in the wrong encoding or format: %s', async (name, content, exitCode, message) => {
    const seen = await ingest(name, content)
    expect(seen.exitCode).toBe(exitCode)
    expect(seen.text).toMatch(message)
  })

  test('that are empty are no failure, and are named', async () => {
    const seen = await ingest('empty.ndjson', '')
    expect(seen.exitCode).toBe(0)
    expect(seen.text).toContain('empty.ndjson is empty')
  })
})

describe('lines', () => {
  test('of 100 MB are rejected without being held in memory; the others get in', async () => {
    const file = createWriteStream(place.path('long.ndjson'))
    file.write('{"ts":1700000000,"note":"')
    const piece = Buffer.alloc(1_000_000, 'a')
    for (let i = 0; i < 100; i++) file.write(piece)
    await new Promise((done) => file.end(`"}\n${orders(1, 30_000)}`, () => done(undefined)))
    const { exitCode, stderr } = await runCli(
      ['ingest', 'long.ndjson', '--max-errors', '1', '--data-dir', place.dataDir],
      { cwd: place.folder, env: { NODE_OPTIONS: '--max-old-space-size=150' } },
    )
    expect(exitCode, stderr).toBe(10)
    expect(stderr).toContain('the line is longer than')
    expected++
  })

  test('nested a million deep are rejected', async () => {
    const deep = `{"ts":1700000000,"note":${'['.repeat(1e6)}${']'.repeat(1e6)}}\n`
    const seen = await ingest('deep.ndjson', deep + orders(1, 40_000), { maxErrors: '1' })
    expect(seen.exitCode).toBe(10)
    expect(seen.text).toContain('nested deeper than')
    expected++
  })
})

test('an index of the same id is refused, with two ways out', async () => {
  const seen = await run(indexCreateCommand, { options: { file: place.path('orders.yaml') } })
  expect(seen.exitCode).toBe(2)
  expect(seen.text).toMatch(/`orders` already[\s\S]*--overwrite/)
})

test('a data folder in use: a second server and a teardown are refused, ingests and searches are not', async () => {
  const args = ['--no-generator', '--data-dir', place.dataDir]
  const server = startCli(['serve', '--port', '0', ...args], { cwd: place.folder })
  const ended = finished(server)
  await new Promise((listening) => server.stdout.once('data', listening))
  for (const command of [serveCommand, teardownCommand]) {
    const seen = await run(command, { options: { port: '0', confirm: 'shop' } })
    expect(seen.exitCode).toBe(7)
    expect(seen.text).toContain('LOCAL-LOCK')
    expect(seen.text).toContain(`kill ${server.pid}`)
  }
  expect((await ingest('beside-server.ndjson', orders(1, 45_000))).exitCode).toBe(0)
  expected++
  server.kill('SIGINT')
  await ended
})

describe('a split', () => {
  async function largestSplit(): Promise<string> {
    const index = join(place.dataDir, 'shop', 'index-bucket', 'index', 'orders')
    const paths = (await readdir(index))
      .filter((name) => name.endsWith('.split'))
      .map((name) => join(index, name))
    const sizes = new Map(paths.map((path) => [path, statSync(path).size]))
    return paths.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))[0] ?? ''
  }

  /** What a search says that has to read the whole split, with the split as `damage` leaves it. */
  async function searchWith(
    damage: (path: string, bytes: Buffer) => Promise<void>,
  ): Promise<string> {
    const path = await largestSplit()
    const whole = await readFile(path)
    await damage(path, Buffer.from(whole))
    const seen = await search({ maxHits: '1000' })
    await writeFile(path, whole)
    // No silently smaller answer.
    expect(seen.exitCode).toBeGreaterThan(0)
    expect(seen.text).toContain(/([0-9A-Z]{26})\.split$/.exec(path)?.[1])
    return seen.text
  }

  test('cut short is named, and an ingest into the same index still works', async () => {
    await searchWith(async (path, bytes) => {
      await truncate(path, bytes.length - 100)
      expect((await ingest('beside.ndjson', orders(1, 50_000))).exitCode).toBe(0)
      expected++
    })
  })

  test('with a flipped bit fails its checksum', async () => {
    const text = await searchWith(async (path, bytes) => {
      const trailer = bytes.length - 24
      const at = trailer - bytes.readUInt32LE(trailer) + 20
      bytes[at] = (bytes[at] ?? 0) ^ 1
      await writeFile(path, bytes)
    })
    expect(text).toContain('checksum')
  })

  test('of a future version asks for an upgrade', async () => {
    const text = await searchWith(async (path, bytes) => {
      const trailer = bytes.length - 24
      bytes.writeUInt16LE(99, trailer + 12)
      bytes.writeUInt32LE(crc32(bytes.subarray(trailer, trailer + 16)), trailer + 16)
      await writeFile(path, bytes)
    })
    expect(text).toMatch(/version/)
    expect(text).toMatch(/newer|upgrade|update/i)
  })
})

test('an index file of a future version is refused, and stays as it is', async () => {
  const path = join(place.dataDir, 'shop', 'index-bucket', 'index', 'orders', 'metastore.json')
  const whole = await readFile(path, 'utf8')
  const future = whole.replace('"format":3', '"format":99').replace(/,"crc32":"\w+"\}$/, '}')
  await writeFile(path, future)
  for (const seen of [await search({}), await ingest('future.ndjson', orders(1))]) {
    expect(seen.exitCode).toBeGreaterThan(0)
    expect(seen.text).toMatch(/version|format/)
  }
  expect(await readFile(path, 'utf8')).toBe(future)
  await writeFile(path, whole)
})
