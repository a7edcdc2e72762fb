import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock } from '../stores/system-clock.ts'
import { watchFolder } from './watch.ts'

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

test('files are taken as they come, also those below, and hidden ones are not', async () => {
  await writeFile(log, testLines(0, 2))
  await writeFile(join(folder, '.app.log.swp'), testLines(90, 91))
  const end = watch()
  await published(2)
  await mkdir(join(folder, 'below'))
  await writeFile(join(folder, 'below', 'old.log.gz'), gzipSync(testLines(2, 4)))
  await published(4)
  await appendFile(log, testLines(4, 6))
  await published(6)
  await end()
  await appendFile(log, testLines(6, 7))
  watch()
  await published(7)
})
