import { splitKey } from '../../metastore/layout.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import { publishedSplits } from '../../metastore/index-metadata.ts'
import type { Random } from '../../ports.ts'
import type { JsonValue } from '../../bytes/json.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import type { IndexConfig } from '../../schema/index-config.ts'
import { locateDocs, readDocs } from '../../split/doc-store.ts'
import { decodeFooter } from '../../split/footer.ts'
import { keptRejects } from '../kept-rejects.ts'
import type { KeptReject } from '../rejects.ts'

/** What the tests of this room index: `{"ts": seconds, "n": number, "text": words}`. */
export function testConfig(
  settings: Record<string, JsonValue> = {},
  sections: Record<string, JsonValue> = {},
): IndexConfig {
  return parseIndexConfig({
    version: '0.9',
    index_id: 'events',
    doc_mapping: {
      mode: 'strict',
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'n', type: 'u64', fast: true },
        { name: 'text', type: 'text' },
      ],
    },
    indexing_settings: settings,
    ...sections,
  })
}

export const FIRST_TS = 1_700_000_000

export function testLine(n: number): string {
  return `{"ts":${FIRST_TS + n},"n":${n},"text":"word${n % 7} näme"}`
}

/** Documents `from` to `end` (exclusive), one line each. */
export function testLines(from: number, end: number): string {
  let text = ''
  for (let n = from; n < end; n++) text += `${testLine(n)}\n`
  return text
}

/** Repeatable bytes; different from call to call. */
export function countingRandom(seed = 1): Random {
  let state = seed
  return {
    bytes(count) {
      return Uint8Array.from({ length: count }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return state >>> 24
      })
    },
  }
}

/** The field `n` of every published document, ascending: read from the split files themselves. */
export async function publishedNumbers(
  metastore: Metastore,
  indexId = 'events',
): Promise<number[]> {
  const file = await metastore.load(indexId)
  const numbers: number[] = []
  for (const split of publishedSplits(file)) {
    const stored = await metastore.store.get(splitKey(indexId, split.splitId))
    const bytes = stored?.bytes ?? new Uint8Array()
    const ofSplit = numbersIn(bytes)
    numbers.push(...ofSplit)
    if (ofSplit.length !== split.docCount) {
      throw new Error(`split ${split.splitId} miscounts itself`)
    }
  }
  return numbers.toSorted((a, b) => a - b)
}

/** Every rejected document that waits. */
export async function waitingRejects(metastore: Metastore): Promise<KeptReject[]> {
  const rejects: KeptReject[] = []
  const file = await metastore.load('events')
  for await (const reject of keptRejects(metastore.store, file)) rejects.push(reject)
  return rejects
}

/** The field `n` of every document of a split file. */
export function numbersIn(file: Uint8Array): number[] {
  const { docStore, docCount } = decodeFooter(file)
  const all = Array.from({ length: docCount }, (_, docId) => docId)
  return locateDocs(docStore, all).flatMap((block) => {
    const docIds = all.slice(block.firstDoc, block.endDoc)
    const docs = readDocs([block], [file.subarray(block.start, block.end)], docIds)
    return docs.map((doc) => Number(JSON.parse(Buffer.from(doc).toString()).n))
  })
}
