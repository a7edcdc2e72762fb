import { expect, test } from 'vitest'

import { SealingQueue } from '../bytes/sealing-queue.ts'
import { DocStoreWriter, type DocStoreSettings, sealDocs } from './doc-store.ts'

/** Documents of 2000 shapes, so that they are kept as text, whose words deflate has to find again. */
const DOCS = Array.from({ length: 2_000 }, (_, i) => {
  const words = Array.from({ length: 12 }, (__, j) => `word${(i * 7919 + j * j * 104_729) % 997}`)
  return new TextEncoder().encode(`{"${words.join(' ')}":true}`)
})

async function written(settings: DocStoreSettings) {
  const queue = new SealingQueue()
  const writer = new DocStoreWriter(settings, (block) => sealDocs(block, queue))
  for (const doc of DOCS) writer.add(doc)
  const { blocks } = await writer.finish()
  return {
    blockCount: blocks.length,
    bytes: blocks.reduce((sum, { sealed }) => sum + sealed.length, 0),
  }
}

test('larger blocks are fewer, and smaller in all', async () => {
  const small = await written({ docStoreBlockBytes: 4_096 })
  const large = await written({ docStoreBlockBytes: 65_536 })
  expect(small.blockCount).toBeGreaterThan(20)
  expect(large.blockCount).toBeLessThan(small.blockCount / 8)
  expect(large.bytes).toBeLessThan(small.bytes)
})

test('a higher level packs the same blocks into fewer bytes, and 0 packs nothing', async () => {
  const at = (docStoreLevel: number) => written({ docStoreBlockBytes: 65_536, docStoreLevel })
  const [stored, fast, usual, best] = await Promise.all([at(0), at(1), at(8), at(22)])
  expect(new Set([stored, fast, usual, best].map(({ blockCount }) => blockCount)).size).toBe(1)
  expect(fast.bytes).toBeLessThan(stored.bytes / 2)
  expect(usual.bytes).toBeLessThan(fast.bytes)
  expect(best.bytes).toBeLessThanOrEqual(usual.bytes)
})
