import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexingComponents } from '../../src/engine/indexing/components.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../../src/engine/indexing/testing/indexing-fixture.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { systemClock } from '../../src/stores/system-clock.ts'
import { watchFolder } from '../../src/local/watch.ts'

let folder: string
let log: string
let components: IndexingComponents
const ends: (() => Promise<void>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-watch-'))
  log = join(folder, 'app.log')
  const clock = systemClock
  const random = countingRandom()
  const metastore = new Metastore(memoryStore(), { clock, random })
  components = { metastore, clock, random }
  await metastore.createIndex(testConfig({ commit_timeout_secs: 1 }))
})

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await rm(folder, { recursive: true, force: true })
})

/** Returns what ends it. */
function watch(): () => Promise<void> {
  const stop = new AbortController()
  const running = watchFolder(
    components,
    { folder, indexId: 'events', sourceId: 'files' },
    { signal: stop.signal, log: () => undefined, onCommit: () => undefined },
  )
  const end = async (): Promise<void> => {
    stop.abort()
    await running
  }
  ends.push(end)
  return end
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

async function published(count: number): Promise<void> {
  await expect
    .poll(() => publishedNumbers(components.metastore), { timeout: 25_000, interval: 200 })
    .toEqual(upTo(count))
}

/** A file that was not changed twice is not looked at twice: long enough to see what should not come. */
async function nothingMore(count: number, ms: number): Promise<void> {
  await sleep(ms)
  await published(count)
}

test('a log that is rotated, packed and rotated again is there once', async () => {
  await writeFile(log, testLines(0, 2))
  watch()
  await published(2)
  await appendFile(log, testLines(2, 3))
  await published(3)
  await rename(log, `${log}.1`)
  await appendFile(`${log}.1`, testLines(3, 4))
  await writeFile(log, testLines(4, 6))
  await published(6)
  await writeFile(`${log}.2.gz`, gzipSync(testLines(0, 4)))
  await rm(`${log}.1`)
  await nothingMore(6, 6_000)
}, 60_000)

test('a log that is copied and emptied is there once', async () => {
  await writeFile(log, testLines(0, 3))
  watch()
  await published(3)
  await copyFile(log, `${log}.1`)
  await sleep(500)
  await truncate(log)
  await appendFile(log, testLines(3, 5))
  await published(5)
  await nothingMore(5, 4_000)
}, 60_000)

test('what was rotated while nobody watched is there once', async () => {
  await writeFile(log, testLines(0, 3))
  const end = watch()
  await published(3)
  await end()
  await appendFile(log, testLines(3, 4))
  await rename(log, `${log}.1`)
  await writeFile(log, testLines(4, 6))
  watch()
  await published(6)
  await nothingMore(6, 3_000)
}, 60_000)
