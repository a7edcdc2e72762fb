import { formatDuration } from '../../engine/dates/duration.ts'
import { messageOf } from '../../engine/errors.ts'
import { type JanitorResult, runJanitor } from '../../engine/indexing/janitor.ts'
import { deleteStray } from '../../engine/indexing/stray-objects.ts'
import { DELETION_GRACE_MS } from '../../engine/metastore/index-file-changes.ts'
import { settleManifest } from '../../engine/metastore/settle-manifest.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT } from '../command/exit-codes.ts'
import { duration, flag } from '../command/option.ts'
import { printJson, printRows } from '../command/rows.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'

export const indexGcCommand = defineCommand({
  description:
    'Splits past the index’s retention are marked; marked and replaced ones are deleted when the grace is over, so that searches that began before finish; objects of crashed runs go when they are a day old. Also done by itself: after ingests, under `serve`, and every hour in AWS.',
  args: [['[id]', 'index id (all indexes of the stack)']],
  options: {
    grace: duration(
      '--grace <duration>',
      `from marking to deleting (${DELETION_GRACE_MS / 60_000}m); with 0s searches under way may fail`,
    ),
    dryRun: flag('--dry-run', 'tell what would go, and change nothing'),
  },
  examples: ['qw-lambda index gc --dry-run', 'qw-lambda index gc orders --grace 0s'],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const isDry = options.dryRun === true
    const graceMs = options.grace ?? DELETION_GRACE_MS
    const swept = await sweep(context, stack, { indexId: args[0], isDry, graceMs })
    if (context.format === 'json') await printJson(context, documentOf(swept, { isDry, graceMs }))
    else await show(context, swept, { isDry, graceMs })
    for (const { id, error } of swept.failures) {
      context.report.warn(`${id} could not be cleaned up: ${error}`)
    }
    const failedCount = swept.indexes.reduce((sum, { failedDeleteCount: n }) => sum + n, 0)
    if (failedCount > 0) {
      const what = plural(failedCount, 'object')
      context.report.warn(`${what} could not be deleted`, 'run the command again')
    }
    if (context.signal.aborted) return EXIT.interrupted
    return swept.failures.length + failedCount > 0 ? EXIT.partial : EXIT.ok
  },
})

interface SweepRequest {
  readonly indexId: string | undefined
  readonly isDry: boolean
  readonly graceMs: number
}

interface Swept {
  readonly indexes: readonly (JanitorResult & { readonly id: string })[]
  /** Indexes whose deletion was finished, which was killed once. */
  readonly finished: readonly string[]
  /** Objects of indexes that there are not. */
  readonly strayCount: number
  readonly strayBytes: number
  readonly failures: readonly { readonly id: string; readonly error: string }[]
}

async function sweep(
  context: CliContext,
  stack: DataStack,
  { indexId, isDry, graceMs }: SweepRequest,
): Promise<Swept> {
  const { signal } = context
  const { metastore } = stack.indexing
  const finished = indexId === undefined && !isDry ? await settleManifest(metastore, signal) : []
  // One that is being made or copied has no file yet.
  const states = indexId === undefined ? [...(await metastore.indexStates(signal))] : []
  const active = states.flatMap(([id, state]) => (state === 'active' ? id : [])).toSorted()
  const ids = indexId === undefined ? active : [indexId]
  const indexes = []
  const failures = []
  const phase = context.report.phase(
    `Cleaning up ${indexId ?? plural(ids.length, 'index', 'indexes')}`,
  )
  for (const [done, id] of ids.entries()) {
    if (signal.aborted) break
    phase.progress({ done, total: ids.length, unit: 'objects', detail: id })
    try {
      const request = { indexId: id, deletionGraceMs: graceMs, dryRun: isDry, signal }
      indexes.push({ id, ...(await runJanitor(stack.indexing, request)) })
    } catch (error) {
      if (indexId !== undefined) {
        phase.fail()
        throw error
      }
      failures.push({ id, error: messageOf(error) })
    }
  }
  const stray =
    indexId === undefined && !signal.aborted
      ? await deleteStray(stack.indexing, { signal, dryRun: isDry })
      : { deletedCount: 0, deletedBytes: 0 }
  phase.succeed()
  const { deletedCount: strayCount, deletedBytes: strayBytes } = stray
  return { indexes, finished, strayCount, strayBytes, failures }
}

interface Terms {
  readonly isDry: boolean
  readonly graceMs: number
}

function documentOf(swept: Swept, { isDry, graceMs }: Terms) {
  return {
    schema: 'qw-lambda/index-gc/1',
    dry_run: isDry,
    grace_seconds: graceMs / 1_000,
    indexes: swept.indexes.map((index) => ({
      id: index.id,
      splits_expired: index.retiredSplitCount,
      bytes_expired: index.retiredBytes,
      splits_deleted: index.deletedSplitCount,
      orphans_deleted: index.deletedOrphanCount,
      lists_deleted: index.deletedRejectedCount,
      bytes_freed: index.deletedBytes,
      failed: index.failedDeleteCount,
      complete: !index.incomplete,
    })),
    deletions_finished: swept.finished,
    stray_objects: swept.strayCount,
    stray_bytes: swept.strayBytes,
    failures: swept.failures,
  }
}

async function show(context: CliContext, swept: Swept, { isDry, graceMs }: Terms): Promise<void> {
  const rows = swept.indexes.map((index) => [
    index.id,
    formatCount(index.retiredSplitCount),
    formatCount(index.deletedSplitCount),
    formatCount(index.deletedOrphanCount),
    formatCount(index.deletedRejectedCount),
    formatBytes(index.deletedBytes),
  ])
  const right = 'right' as const
  const columns = [
    { name: 'index' },
    { name: 'expired splits', align: right },
    { name: isDry ? 'would go' : 'deleted splits', align: right },
    { name: 'orphans', align: right },
    { name: 'old lists', align: right },
    { name: isDry ? 'would free' : 'freed', align: right },
  ]
  await printRows(context, columns, rows)
  for (const id of swept.finished) {
    context.report.note(`${id} is gone: its deletion was interrupted once.`)
  }
  if (swept.strayCount > 0) {
    const what = `${plural(swept.strayCount, 'object')} of indexes that are gone`
    const verb = isDry ? 'Would delete' : 'Deleted'
    context.report.note(`${verb} ${what}, ${formatBytes(swept.strayBytes)}.`)
  }
  const expiredBytes = swept.indexes.reduce((sum, { retiredBytes }) => sum + retiredBytes, 0)
  if (expiredBytes > 0 && graceMs > 0) {
    const bytes = formatBytes(expiredBytes)
    context.report.hint(
      `Expired splits hold ${bytes}, freed ${formatDuration(graceMs)} after they were marked.`,
    )
  }
}
