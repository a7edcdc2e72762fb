import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { bundleFunctions } from '../scripts/function-bundles.mjs'
import { splitWorkHere } from '../src/engine/split/split-work.ts'
import { SplitThread } from '../src/threads/split-thread.ts'

const WORKER = 'split-worker.mjs'

test('the zip of the indexer holds the thread that it starts, and that does its work', async () => {
  const bundles = await bundleFunctions()
  const files = unzipSync(bundles.find(({ name }) => name === 'indexer')?.zip ?? new Uint8Array(0))
  expect(Object.keys(files).sort()).toEqual(['index.mjs', WORKER])
  expect(Buffer.from(files['index.mjs'] ?? []).toString()).toContain(`./${WORKER}`)
  const folder = await mkdtemp(join(tmpdir(), 'qwl-zip-'))
  const path = join(folder, WORKER)
  await writeFile(path, files[WORKER] ?? '')
  const thread = new SplitThread(path, 0)
  try {
    const block = { docs: Buffer.from('{"n":1}{"n":2}'), ends: Uint32Array.of(7, 14), level: 8 }
    expect(await thread.sealDocs(block)).toEqual(await splitWorkHere().sealDocs(block))
  } finally {
    await thread.close()
    await rm(folder, { recursive: true })
  }
})
