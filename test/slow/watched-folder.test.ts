import { appendFile, copyFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { test } from 'vitest'
import { testLines } from '../../src/engine/indexing/testing/indexing-fixture.ts'
import { watchedFolder } from '../../src/local/testing/watched-folder.ts'

const place = watchedFolder()

/** A file that was not changed twice is not looked at twice: long enough to see what should not come. */
async function nothingMore(count: number, ms: number): Promise<void> {
  await sleep(ms)
  await place.published(count)
}

test('a log that is rotated, packed and rotated again is there once', async () => {
  await writeFile(place.log, testLines(0, 2))
  place.watch()
  await place.published(2)
  await appendFile(place.log, testLines(2, 3))
  await place.published(3)
  await rename(place.log, `${place.log}.1`)
  await appendFile(`${place.log}.1`, testLines(3, 4))
  await writeFile(place.log, testLines(4, 6))
  await place.published(6)
  await writeFile(`${place.log}.2.gz`, gzipSync(testLines(0, 4)))
  await rm(`${place.log}.1`)
  await nothingMore(6, 6_000)
}, 60_000)

test('a log that is copied and emptied is there once', async () => {
  await writeFile(place.log, testLines(0, 3))
  place.watch()
  await place.published(3)
  await copyFile(place.log, `${place.log}.1`)
  await sleep(500)
  await truncate(place.log)
  await appendFile(place.log, testLines(3, 5))
  await place.published(5)
  await nothingMore(5, 4_000)
}, 60_000)

test('what was rotated while nobody watched is there once', async () => {
  await writeFile(place.log, testLines(0, 3))
  const end = place.watch()
  await place.published(3)
  await end()
  await appendFile(place.log, testLines(3, 4))
  await rename(place.log, `${place.log}.1`)
  await writeFile(place.log, testLines(4, 6))
  place.watch()
  await place.published(6)
  await nothingMore(6, 3_000)
}, 60_000)
