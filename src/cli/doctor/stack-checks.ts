import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, QwError } from '../../engine/errors.ts'
import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitKey } from '../../engine/metastore/layout.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { formatBytes, plural } from '../format/number.ts'

import { fail, pass, warn, type Finding } from './finding.ts'

/** Split files looked at in each index; each is one question to the disk. */
const MAX_SPLITS_LOOKED_AT = 2_000

interface StackChecks {
  readonly findings: readonly Finding[]
  /** When the newest remembered run ended. */
  readonly newestMs: number | undefined
}

/** One local stack: its metastore can be read, and every split that it names is there in full. */
export async function stackChecks(stack: LocalStack, signal: AbortSignal): Promise<StackChecks> {
  const lock = await lockCheck(stack)
  let files: readonly IndexFile[]
  try {
    files = await stack.indexing.metastore.listIndexes(['*'], signal)
  } catch (error) {
    const fix = error instanceof QwError ? error.fix : undefined
    const message = `${stack.name}: the metastore cannot be read: ${messageOf(error)}`
    const finding = fail(
      'local.metastore',
      message,
      fix ?? `qw-lambda teardown --stack ${stack.name}`,
    )
    return { findings: [lock, finding], newestMs: undefined }
  }
  const splits = await Promise.all(files.map((file) => splitsCheck(stack, file, signal)))
  const endsMs = files.flatMap(({ runs }) => runs.map((run) => run.updatedMs))
  return {
    findings: [lock, ...splits],
    newestMs: endsMs.length === 0 ? undefined : Math.max(...endsMs),
  }
}

async function lockCheck({ name, folder }: LocalStack): Promise<Finding> {
  const server = await runningServer(folder)
  if (server !== undefined) return pass('local.lock', `${name} is served at ${server.url}`)
  const isLeft = await readFile(join(folder, 'serve.json')).then(
    () => true,
    () => false,
  )
  return isLeft
    ? warn(
        'local.lock',
        `${name}: a server of it was killed`,
        'nothing to do: the next serve goes on',
      )
    : pass('local.lock', `${name} is not being served`)
}

async function splitsCheck(
  { name, search }: LocalStack,
  file: IndexFile,
  signal: AbortSignal,
): Promise<Finding> {
  const { indexId } = file.metadata
  const splits = publishedSplits(file).slice(0, MAX_SPLITS_LOOKED_AT)
  const sizes = new Map<string, number>()
  for await (const info of search.store.list(`${indexId}/`, signal))
    sizes.set(info.key, info.sizeBytes)
  const damaged = splits.filter(
    (split) => sizes.get(splitKey(indexId, split.splitId)) !== splitSizeBytes(split),
  )
  const bytes = splits.reduce((sum, split) => sum + splitSizeBytes(split), 0)
  if (damaged.length === 0) {
    const size = `${plural(splits.length, 'split')}, ${formatBytes(bytes)}`
    return pass('local.splits', `${name}: ${indexId} is whole (${size})`)
  }
  const [first] = damaged
  return fail(
    'local.splits',
    `${name}: ${plural(damaged.length, 'split')} of ${indexId} missing or cut short, such as ${first?.splitId ?? ''}`,
    `qw-lambda index clear ${indexId}, then ingest again with --force`,
  )
}
