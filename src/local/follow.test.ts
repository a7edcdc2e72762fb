import { appendFile, copyFile, rename, truncate, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import type { IndexingResult } from '../engine/indexing/indexing-result.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import { testLine, testLines } from '../engine/indexing/testing/indexing-fixture.ts'
import { systemClock } from '../stores/system-clock.ts'
import { fileSource } from './file-source.ts'
import { followPath } from './follow.ts'
import { logFolder, publishedWithin } from './testing/log-folder.ts'

let log: string
let components: IndexingComponents
let remove: () => Promise<void>

beforeEach(async () => {
  ;({ log, components, remove } = await logFolder(systemClock, { commit_timeout_secs: 1 }))
})

afterEach(() => remove())

interface Follower {
  readonly results: readonly IndexingResult[]
  stop(): Promise<void>
}

function follow(path = log, more: { movesUnder?: string } = {}): Follower {
  const results: IndexingResult[] = []
  const stop = new AbortController()
  const running = followPath(components, {
    indexId: 'events',
    path,
    stop: stop.signal,
    onResult: (result) => results.push(result),
    onFailure: (error) => {
      throw error
    },
    ...more,
  })
  return {
    results,
    async stop() {
      stop.abort()
      await running
    },
  }
}

function published(count: number): Promise<void> {
  return publishedWithin(10_000, components, count)
}

test('what is appended is published while the file is followed, and the rest when it is stopped', async () => {
  await writeFile(log, testLines(0, 3))
  const follower = follow()
  await published(3)
  await appendFile(log, testLines(3, 5) + testLine(5).slice(0, 20))
  await published(5)
  await appendFile(log, `${testLine(5).slice(20)}\n`)
  await follower.stop()
  await published(6)
  expect(follower.results).toMatchObject([{ state: 'done', docCount: 6, rejectedCount: 0 }])
})

test('a file that appears later is taken from its first line', async () => {
  const follower = follow()
  await sleep(300)
  await writeFile(log, testLines(0, 2))
  await published(2)
  await follower.stop()
})

test('a rotated file is read to its end, and the new one from its beginning', async () => {
  await writeFile(log, testLines(0, 3))
  const follower = follow()
  await published(3)
  await rename(log, `${log}.1`)
  // The writer has not heard of it yet.
  await appendFile(`${log}.1`, testLines(3, 5))
  await writeFile(log, testLines(5, 8))
  await published(8)
  await follower.stop()
  expect(follower.results.map(({ docCount }) => docCount)).toEqual([5, 3])
})

test('the rest of a log that was rotated while nobody followed it is taken, and nothing else', async () => {
  await writeFile(`${log}.2`, testLines(90, 95))
  await writeFile(log, testLines(0, 3))
  const first = follow()
  await published(3)
  await first.stop()
  await appendFile(log, testLines(3, 5))
  await rename(log, `${log}.1`)
  await writeFile(log, testLines(5, 8))
  const second = follow()
  await published(8)
  await second.stop()
  expect(second.results.map(({ docCount }) => docCount)).toEqual([2, 3])
})

test.each([2, 30])(
  'a file that was copied and emptied begins anew, with %i lines',
  async (count) => {
    await writeFile(log, testLines(0, 5))
    const follower = follow()
    await published(5)
    await copyFile(log, `${log}.1`)
    await truncate(log)
    await appendFile(log, testLines(5, 5 + count))
    await published(5 + count)
    await follower.stop()
  },
)

test('what follows and what does not know of each other’s work', async () => {
  await writeFile(log, testLines(0, 2))
  const index = async (): Promise<IndexingResult> =>
    await indexSource(components, { indexId: 'events', source: await fileSource(log) })
  await index()
  await appendFile(log, testLines(2, 4))
  const follower = follow()
  await published(4)
  await appendFile(log, testLines(4, 6))
  await follower.stop()
  expect(await index()).toMatchObject({ state: 'alreadyIndexed' })
  await published(6)
})

test('two that follow the same file take each line once', async () => {
  await writeFile(log, testLines(0, 2))
  const followers = [follow(), follow()]
  for (let n = 2; n < 30; n++) {
    await appendFile(log, testLines(n, n + 1))
    await sleep(100)
  }
  await Promise.all(followers.map((follower) => follower.stop()))
  await published(30)
})

test('a table keeps its header, however often it is committed and taken up again', async () => {
  const row = (n: number): string => `${1_700_000_000 + n},${n},"a\nb"\n`
  await writeFile(log, `ts,n,text\n${row(0)}`)
  for (const n of [1, 3, 5]) {
    const follower = follow()
    await appendFile(log, row(n))
    await published(n + 1)
    await appendFile(log, row(n + 1))
    await follower.stop()
  }
  await published(7)
})
