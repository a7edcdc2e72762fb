import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serializeIndexConfig } from '../src/engine/schema/serialize-config.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import { INDEX_FOLDER } from '../src/local/layout.ts'
import { HDFS, SALES, type DataSet } from './bench-index.ts'
import { documentsFile } from './documents.ts'
import type { BenchContext } from './parts.ts'
import { programHash, runProgram, type ProgramRun } from './program.ts'

/** Batches of 100,000 documents. */
const BATCHES = 20
const LARGE_BATCHES = 200
export const STACK = 'bench'

/** How one set went in, by `qw-lambda ingest` of one file. */
export interface WholeIndexing extends ProgramRun {
  readonly set: DataSet
  readonly docs: number
  /** Until everything was found; merges come after it. */
  readonly searchableMs: number
}

/** Options of the program that mean the stack of the benchmark. */
export function whereIs(context: BenchContext): string[] {
  const folder = stackFolder(context)
  return ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
}

/** Where its indexes are. */
export function indexBucket(context: BenchContext): string {
  return join(stackFolder(context), 'data', STACK, INDEX_FOLDER)
}

function stackFolder({ cache, large }: BenchContext): string {
  return join(cache, large ? 'stack-large' : 'stack')
}

/** Two million documents of each set (of HDFS-shaped lines twenty, where `large`), indexed anew by the program as it is. */
export async function buildWholeIndexes(context: BenchContext): Promise<WholeIndexing[]> {
  const { program, nodeArgs } = context
  const folder = stackFolder(context)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const where = whereIs(context)
  const schemas = [SALES, HDFS].map(({ indexId }) => schemaFile(folder, indexId))
  const [first = '', ...others] = schemas
  const stack = ['--target', 'local', '--name', STACK, '--data', 'empty', '--schema', first]
  await runProgram(program, ['init', ...stack, '-y', ...where], { cwd: folder })
  for (const schema of others)
    await runProgram(program, ['index', 'create', '-f', schema, ...where])
  const done: WholeIndexing[] = []
  for (const set of [SALES, HDFS]) {
    const file = documentsOf(context, set)
    const ingest = ['ingest', file, '--index', set.indexId, '--json', ...where]
    const run = await runProgram(program, ingest, { env: { QWL_MERGES: 'wait' }, nodeArgs })
    const { docs, searchable_ms } = JSON.parse(run.stdout) as {
      docs: number
      searchable_ms: number
    }
    done.push({ ...run, set, docs, searchableMs: searchable_ms })
  }
  writeFileSync(builtBy(context), programHash(context.root))
  return done
}

/** Does nothing where the program as it is has built them. */
export async function ensureWholeIndexes(context: BenchContext): Promise<void> {
  const path = builtBy(context)
  const isBuilt = existsSync(path) && readFileSync(path, 'utf8') === programHash(context.root)
  if (isBuilt) return
  console.error('Indexing what is searched')
  await buildWholeIndexes(context)
}

export function documentsOf({ cache, large }: BenchContext, set: DataSet): string {
  return documentsFile(cache, set, large && set === HDFS ? LARGE_BATCHES : BATCHES)
}

function builtBy(context: BenchContext): string {
  return join(stackFolder(context), 'built-by')
}

function schemaFile(folder: string, indexId: string): string {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  const path = join(folder, `${indexId}.json`)
  writeFileSync(path, JSON.stringify(serializeIndexConfig(config)))
  return path
}
