import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { BATCH_DOCS, HDFS, SALES } from '../bench-index.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS, type Question } from '../questions.ts'
import type { PeerSet } from './peer.ts'

export interface AskedSet extends PeerSet {
  readonly what: string
  readonly questions: readonly Question[]
}

const NEWLINE = 10

/** The documents of the other benchmarks as files in `folder`, `docs` of each. */
export function writePeerSets(folder: string, docs: number): AskedSet[] {
  const sets = [
    { set: SALES, indexId: 'mock-sales', what: 'mock sales', questions: SALES_QUESTIONS },
    { set: HDFS, indexId: 'hdfs-logs', what: 'HDFS-shaped lines', questions: HDFS_QUESTIONS },
  ] as const
  return sets.map(({ set, indexId, what, questions }) => {
    const file = join(folder, `${indexId}-${docs}.ndjson`)
    const out = openSync(file, 'w')
    for (let start = 0; start < docs; start += BATCH_DOCS) {
      const batch = firstLines(set.batch(start / BATCH_DOCS), docs - start)
      writeSync(out, batch)
      if (batch.at(-1) !== NEWLINE) writeSync(out, '\n')
    }
    closeSync(out)
    return { indexId, file, docs, what, questions }
  })
}

function firstLines(batch: Uint8Array, count: number): Uint8Array {
  if (count >= BATCH_DOCS) return batch
  let end = 0
  for (let line = 0; line < count; line++) end = batch.indexOf(NEWLINE, end) + 1
  return batch.subarray(0, end)
}
