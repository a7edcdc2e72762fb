import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IndexingComponents } from '../src/engine/indexing/components.ts'
import { runDeletes } from '../src/engine/indexing/deletes.ts'
import { indexDocs } from '../src/engine/indexing/index-docs.ts'
import { runJanitor } from '../src/engine/indexing/janitor.ts'
import { runMerges } from '../src/engine/indexing/merge.ts'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import { parseIndexConfig } from '../src/engine/schema/config-text.ts'
import { docMatcher } from '../src/engine/search/match-docs.ts'
import { locateDocs, readDocs } from '../src/engine/split/doc-store.ts'
import { decodeFooter } from '../src/engine/split/footer.ts'
import { folderStore } from '../src/stores/folder-store.ts'
import { systemRandom } from '../src/stores/system-clock.ts'
import { SALES_WORDS } from '../src/functions/sales-words.ts'
import { printTable } from './measure.ts'

const DOCS = 2_000_000
const BATCH_DOCS = 100_000
/** Each has a ten-thousandth of all documents, and some in every batch. */
const CUSTOMERS = 10_000
const ERASED = 'customer-04711'
const INDEX_ID = 'orders'
const GRACE_MS = 40 * 60_000

/** `docs=20000000`: orders in a folder, one customer's of which are erased. */
export async function benchErase({ docs = DOCS }: Readonly<Record<string, number>>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'qwl-erase-'))
  try {
    await erase(root, docs)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function erase(root: string, docs: number): Promise<void> {
  let laterMs = 0
  const clock = { nowMs: () => Date.now() + laterMs, sleep: () => Promise.resolve() }
  const store = folderStore({ root, clock, survives: 'processEnd' })
  const metastore = new Metastore(store, { clock, random: systemRandom })
  const components = { metastore, clock, random: systemRandom }
  await metastore.createIndex(ordersConfig())
  const buildMs = await timed(() => build(components, docs))
  const before = publishedSplits(await metastore.load(INDEX_ID))
  const foundBefore = scan(root)
  await metastore.addDeleteTask(INDEX_ID, {
    dialect: 'native',
    text: `customer:"${ERASED}"`,
    searchFields: undefined,
    startTimestamp: undefined,
    endTimestamp: undefined,
  })
  const matchDocs = docMatcher(store)
  const request = { indexId: INDEX_ID, matchDocs }
  let result: Awaited<ReturnType<typeof runDeletes>> | undefined
  const usedBefore = process.cpuUsage()
  const eraseMs = await timed(async () => {
    result = await runDeletes(components, request)
  })
  const used = process.cpuUsage(usedBefore)
  laterMs = GRACE_MS
  await runJanitor(components, { indexId: INDEX_ID })
  const after = publishedSplits(await metastore.load(INDEX_ID))
  const bytes = after.reduce((sum, { footer }) => sum + footer.end, 0)
  const kept = after.reduce((sum, { docCount }) => sum + docCount, 0)
  const row = (measure: string, value: string | number, must = '', aim = '') => ({
    measure,
    value: String(value),
    must,
    aim,
  })
  printTable(`Erasing one of ${CUSTOMERS} customers from ${docs} documents`, [
    row('building them', `${(buildMs / 1_000).toFixed(0)} s`),
    row('erasing', `${(eraseMs / 1_000).toFixed(1)} s`, '', `${(docs / 20e6) * 60} s`),
    row('of that on a processor', `${((used.user + used.system) / 1e6).toFixed(1)} s`),
    row('documents erased', result?.erasedDocCount ?? 0, String(docs / CUSTOMERS)),
    row('documents left', kept, String(docs - docs / CUSTOMERS)),
    row('splits before, and rewritten', `${before.length}, ${result?.rewrittenSplitCount}`),
    row('bytes of the index', `${(bytes / 1e6).toFixed(0)} MB`),
    row('files with a trace before', foundBefore),
    row('files with a trace after the grace', scan(root), '0', '0'),
  ])
}

function ordersConfig() {
  return parseIndexConfig({
    version: '0.9',
    index_id: INDEX_ID,
    doc_mapping: {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'id', type: 'u64' },
        { name: 'customer', type: 'text', tokenizer: 'raw', fast: true },
        { name: 'price', type: 'f64', fast: true },
        { name: 'description', type: 'text' },
      ],
    },
  })
}

async function build(components: IndexingComponents, docs: number): Promise<void> {
  for (let start = 0; start < docs; start += BATCH_DOCS) {
    const body = ordersFrom(start, Math.min(start + BATCH_DOCS, docs))
    await indexDocs(components, { indexId: INDEX_ID, body })
    await runMerges(components, { indexId: INDEX_ID })
  }
}

function ordersFrom(from: number, end: number): Uint8Array {
  const lines: string[] = []
  const word = (n: number): string => SALES_WORDS[n % SALES_WORDS.length] ?? ''
  for (let id = from; id < end; id++) {
    const customer = `customer-${String((id * 7_919) % CUSTOMERS).padStart(5, '0')}`
    const price = ((id * 31) % 10_000) / 100
    const words = [3, 7, 11, 13, 17].map((step) => word(id * step + Math.floor(id / step)))
    lines.push(
      `{"ts":${1_700_000_000 + Math.floor(id / 10)},"id":${id},"customer":"${customer}","price":${price},"description":"${words.join(' ')}"}`,
    )
  }
  return Buffer.from(lines.join('\n'))
}

/** Files of the folder in which the customer's name stands, as it is or in an unpacked document. */
function scan(root: string): number {
  let found = 0
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    // The task itself says whom it was about.
    if (entry.name === 'metastore.json') continue
    if (bytes.includes(ERASED) || (entry.name.endsWith('.split') && hasDocument(bytes))) found++
  }
  return found
}

function hasDocument(split: Uint8Array): boolean {
  const { docStore, docCount } = decodeFooter(split)
  const all = Array.from({ length: docCount }, (_, docId) => docId)
  return locateDocs(docStore, all).some((block) => {
    const docIds = all.slice(block.firstDoc, block.endDoc)
    const docs = readDocs([block], [split.subarray(block.start, block.end)], docIds)
    return docs.some((doc) => Buffer.from(doc).includes(ERASED))
  })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}
