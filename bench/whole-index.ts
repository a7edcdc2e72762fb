import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serializeIndexConfig } from '../src/engine/schema/serialize-config.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import { INDEX_FOLDER } from '../src/local/layout.ts'
import { HDFS, SALES, type DataSet } from './bench-index.ts'
import { documentsFile } from './documents.ts'
import type { BenchContext } from './parts.ts'
import { programHash, runProgram, type ProgramRun } from './program.ts'

/** Of 100,000 documents. */
const BATCHES = 20
export const STACK = 'bench'

/** How one set went in, by `qw-lambda ingest` of one file. */
export interface WholeIndexing extends ProgramRun {
  readonly set: DataSet
  readonly docs: number
  /** Until everything was found; merges come after it. */
  readonly searchableMs: number
}

/** Options of the program that mean the stack of the benchmark. */
export function whereIs(cache: string): string[] {
  const folder = stackFolder(cache)
  return ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
}

/** Where its indexes are. */
export function indexBucket(cache: string): string {
  return join(stackFolder(cache), 'data', STACK, INDEX_FOLDER)
}

function stackFolder(cache: string): string {
  return join(cache, 'stack')
}

/** Two million documents of each set, indexed anew by the program as it is. */
export async function buildWholeIndexes(context: BenchContext): Promise<WholeIndexing[]> {
  const { program, cache, nodeArgs } = context
  const folder = stackFolder(cache)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const where = whereIs(cache)
  const schemas = [SALES, HDFS].map(({ indexId }) => schemaFile(folder, indexId))
  const [first = '', ...others] = schemas
  const stack = ['--target', 'local', '--name', STACK, '--data', 'empty', '--schema', first]
  await runProgram(program, ['init', ...stack, '-y', ...where], { cwd: folder })
  for (const schema of others)
    await runProgram(program, ['index', 'create', '-f', schema, ...where])
  const done: WholeIndexing[] = []
  for (const set of [SALES, HDFS]) {
    const file = documentsOf(cache, set)
    const ingest = ['ingest', file, '--index', set.indexId, '--json', ...where]
    const run = await runProgram(program, ingest, { env: { QWL_MERGES: 'wait' }, nodeArgs })
    const { docs, searchable_ms } = JSON.parse(run.stdout) as {
      docs: number
      searchable_ms: number
    }
    done.push({ ...run, set, docs, searchableMs: searchable_ms })
  }
  writeFileSync(builtBy(cache), programHash(program))
  return done
}

/** Does nothing where the program as it is has built them. */
export async function ensureWholeIndexes(context: BenchContext): Promise<void> {
  const path = builtBy(context.cache)
  const isBuilt = existsSync(path) && readFileSync(path, 'utf8') === programHash(context.program)
  if (isBuilt) return
  console.error('Indexing what is searched')
  await buildWholeIndexes(context)
}

export function documentsOf(cache: string, set: DataSet): string {
  return documentsFile(cache, set, BATCHES)
}

function builtBy(cache: string): string {
  return join(stackFolder(cache), 'built-by')
}

function schemaFile(folder: string, indexId: string): string {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  const path = join(folder, `${indexId}.json`)
  writeFileSync(path, JSON.stringify(serializeIndexConfig(config)))
  return path
}
