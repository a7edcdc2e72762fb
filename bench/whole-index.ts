import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serializeIndexConfig } from '../src/engine/schema/serialize-config.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import { INDEX_FOLDER } from '../src/local/layout.ts'
import { BATCH_DOCS, HDFS, SALES, type DataSet } from './bench-index.ts'
import { documentsFile } from './documents.ts'
import type { BenchContext } from './parts.ts'
import { runProgram, type ProgramRun } from './program.ts'

/** Of each set. */
const DOCS = 2_000_000
const LARGE_DOCS = 20_000_000
/** Stacks that other programs have built, or other numbers of documents. */
const STACKS_KEPT = 4
const STACK_PREFIX = 'stack-'
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

function stackFolder(context: BenchContext): string {
  const docs = [SALES, HDFS].map((set) => docsOf(context, set))
  return join(context.cache, [`${STACK_PREFIX}${context.fingerprint}`, ...docs].join('-'))
}

/** Two million documents of each set unless `docs` says otherwise (of HDFS-shaped lines twenty, where
 *  `large`), indexed anew by the program as it is. */
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
  writeFileSync(doneFile(folder), '')
  removeOldStacks(context.cache)
  return done
}

/** Does nothing where a program that makes the same indexes has built them. */
export async function ensureWholeIndexes(context: BenchContext): Promise<void> {
  if (existsSync(doneFile(stackFolder(context)))) return
  console.error('Indexing what is searched')
  await buildWholeIndexes(context)
}

export function documentsOf(context: BenchContext, set: DataSet): string {
  return documentsFile(context.cache, set, docsOf(context, set) / BATCH_DOCS)
}

/** In whole batches. */
export function docsOf({ large, settings: { docs = DOCS } }: BenchContext, set: DataSet): number {
  if (large && set === HDFS) return LARGE_DOCS
  return Math.max(1, Math.round(docs / BATCH_DOCS)) * BATCH_DOCS
}

function doneFile(folder: string): string {
  return join(folder, 'done')
}

function removeOldStacks(cache: string): void {
  const folders = readdirSync(cache)
    .filter((name) => name.startsWith(STACK_PREFIX))
    .map((name) => join(cache, name))
  const builtMs = (folder: string): number =>
    existsSync(doneFile(folder)) ? statSync(doneFile(folder)).mtimeMs : 0
  const old = folders.toSorted((a, b) => builtMs(b) - builtMs(a)).slice(STACKS_KEPT)
  for (const folder of old) rmSync(folder, { recursive: true })
}

function schemaFile(folder: string, indexId: string): string {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  const path = join(folder, `${indexId}.json`)
  writeFileSync(path, JSON.stringify(serializeIndexConfig(config)))
  return path
}
