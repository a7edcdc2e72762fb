import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { runDeletes } from '../src/engine/indexing/deletes.ts'
import { runJanitor } from '../src/engine/indexing/janitor.ts'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { splitKey } from '../src/engine/metastore/layout.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import type { SplitRecord } from '../src/engine/metastore/split-record.ts'
import { docMatcher } from '../src/engine/search/match-docs.ts'
import { locateDocs, readDocs } from '../src/engine/split/doc-store.ts'
import { decodeFooter } from '../src/engine/split/footer.ts'
import { folderStore } from '../src/stores/folder-store.ts'
import { systemRandom } from '../src/stores/system-clock.ts'
import { HDFS } from './bench-index.ts'
import { buildIndex } from './cold/built-index.ts'
import { rowOf, splitsOf } from './measure.ts'
import type { BenchRow, BenchSection, PartResult, Unit } from './report.ts'
import { datasetName } from './row-ids.ts'

const DOCS = 2_000_000
/** What is erased: the lines about one task of nine hundred, one line in sixteen thousand and some in each
 *  batch. */
const ERASED = '_m_00123_0'
const QUERY = 'body:"m 00123 0"'
const { indexId: INDEX_ID } = HDFS
const GRACE_MS = 40 * 60_000
/** For twenty million documents. */
const AIM = { docs: 20e6, seconds: 60 }

/** `docs=20000000`: of so many HDFS-shaped lines, in the index that `cold` has in its cache too. */
export async function benchErase(
  cache: string,
  { docs = DOCS }: Readonly<Record<string, number>>,
): Promise<PartResult> {
  const built = join(cache, `hdfs-${docs}`)
  mkdirSync(built, { recursive: true })
  const splits = await buildIndex(HDFS, { folder: built, docs })
  const folder = join(cache, 'erased')
  rmSync(folder, { recursive: true, force: true })
  try {
    copyIndex(built, folder, splits)
    return { sections: [await erase(folder, docs)] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Splits are never written again, so that a link is a copy. */
function copyIndex(from: string, to: string, splits: readonly SplitRecord[]): void {
  mkdirSync(join(to, INDEX_ID), { recursive: true })
  copyFileSync(join(from, 'manifest.json'), join(to, 'manifest.json'))
  for (const name of readdirSync(join(from, INDEX_ID))) {
    if (name.endsWith('.split')) continue
    cpSync(join(from, INDEX_ID, name), join(to, INDEX_ID, name), { recursive: true })
  }
  for (const split of splits) {
    const key = splitKey(INDEX_ID, split.splitId)
    linkSync(join(from, key), join(to, key))
  }
}

async function erase(root: string, docs: number): Promise<BenchSection> {
  let laterMs = 0
  const clock = { nowMs: () => Date.now() + laterMs, sleep: () => Promise.resolve() }
  const store = folderStore({ root, clock, survives: 'processEnd' })
  const metastore = new Metastore(store, { clock, random: systemRandom })
  const components = { metastore, clock, random: systemRandom }
  const before = publishedSplits(await metastore.load(INDEX_ID))
  const linesBefore = traces(root)
  await metastore.addDeleteTask(INDEX_ID, {
    dialect: 'native',
    text: QUERY,
    searchFields: undefined,
    startTimestamp: undefined,
    endTimestamp: undefined,
  })
  const usedBefore = process.cpuUsage()
  const startMs = performance.now()
  const result = await runDeletes(components, { indexId: INDEX_ID, matchDocs: docMatcher(store) })
  const seconds = (performance.now() - startMs) / 1_000
  const used = process.cpuUsage(usedBefore)
  laterMs = GRACE_MS
  await runJanitor(components, { indexId: INDEX_ID })
  const after = publishedSplits(await metastore.load(INDEX_ID))
  const kept = after.reduce((sum, { docCount }) => sum + docCount, 0)
  const dataset = datasetName(INDEX_ID, docs)
  const row = (
    id: string,
    measure: string,
    unit: Unit,
    value: number,
    bounds: Pick<BenchRow, 'must' | 'aim'> = {},
  ): BenchRow => rowOf({ id: `erase-${dataset}-${id}`, measure, unit, dataset, ...bounds }, value)
  const lost = Math.abs(docs - linesBefore - kept)
  const none = { must: 0, aim: 0 }
  return {
    title: `Erasing ${linesBefore} of ${docs} HDFS-shaped lines in ${splitsOf(before.length)}`,
    rows: [
      row('time', 'until nothing of them is found', 's', seconds, {
        aim: (docs / AIM.docs) * AIM.seconds,
      }),
      row('cpu', 'of that on a processor', 'CPU s', (used.user + used.system) / 1e6),
      row('rewritten', 'splits written anew', 'count', result.rewrittenSplitCount),
      row('lost', 'other documents lost, or ones that stayed', 'count', lost, none),
      row('traces', 'traces in files after the grace', 'count', traces(root), none),
    ],
  }
}

/** Documents in the folder's splits, unpacked, that name what is erased. */
function traces(root: string): number {
  const folder = join(root, INDEX_ID)
  const splits = readdirSync(folder).filter((name) => name.endsWith('.split'))
  return splits.reduce((sum, name) => sum + documentsWith(readFileSync(join(folder, name))), 0)
}

function documentsWith(split: Uint8Array): number {
  const { docStore, docCount } = decodeFooter(split)
  const all = Array.from({ length: docCount }, (_, docId) => docId)
  let found = 0
  for (const block of locateDocs(docStore, all)) {
    const docIds = all.slice(block.firstDoc, block.endDoc)
    const docs = readDocs([block], [split.subarray(block.start, block.end)], docIds)
    found += docs.filter((doc) => Buffer.from(doc).includes(ERASED)).length
  }
  return found
}
