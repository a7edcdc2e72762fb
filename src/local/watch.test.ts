import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'vitest'
import { testLines } from '../engine/indexing/testing/indexing-fixture.ts'
import { watchedFolder } from './testing/watched-folder.ts'

const place = watchedFolder()

test('files are taken as they come, also those below, and hidden ones are not', async () => {
  await writeFile(place.log, testLines(0, 2))
  await writeFile(join(place.folder, '.app.log.swp'), testLines(90, 91))
  const end = place.watch()
  await place.published(2)
  await mkdir(join(place.folder, 'below'))
  await writeFile(join(place.folder, 'below', 'old.log.gz'), gzipSync(testLines(2, 4)))
  await place.published(4)
  await appendFile(place.log, testLines(4, 6))
  await place.published(6)
  await end()
  await appendFile(place.log, testLines(6, 7))
  place.watch()
  await place.published(7)
})
