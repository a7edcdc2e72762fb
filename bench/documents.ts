import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { BATCH_DOCS, type DataSet } from './bench-index.ts'

const NEWLINE = 10

/** NDJSON of `batches` batches, made once; the same documents as in the batches. */
export function documentsFile(cache: string, set: DataSet, batches: number): string {
  const folder = join(cache, 'documents')
  const path = join(folder, `${set.indexId}-${batches * BATCH_DOCS}.ndjson`)
  if (existsSync(path)) return path
  console.error(`Making ${path}, once`)
  mkdirSync(folder, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  const out = openSync(unfinished, 'w')
  for (let number = 0; number < batches; number++) {
    const batch = set.batch(number)
    writeSync(out, batch)
    if (batch.at(-1) !== NEWLINE) writeSync(out, '\n')
  }
  closeSync(out)
  renameSync(unfinished, path)
  return path
}
