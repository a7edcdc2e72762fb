import { QwError } from '../../engine/errors.ts'
import { deleteKeys } from '../../engine/metastore/delete-keys.ts'
import { type IngestRecord, writeIngest } from '../../engine/metastore/ingest-record.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import { shellWord } from '../command/shell-word.ts'
import { formatCount, plural } from '../format/number.ts'
import { loadIndex, progressOf } from '../intake/aws-ingest-follow.ts'
import { cloudStackOf } from '../stack/aws-data-stack.ts'
import { currentDeployment, outputOf } from '../stack/aws-deployment.ts'
import { findHanded } from './find-handed.ts'

interface Cancelled {
  readonly record: IngestRecord
  readonly doneCount: number
  readonly takenCount: number
  /** Objects of other buckets: they are not ours to delete, and stand in the queue. */
  readonly leftCount: number
}

/** Deletes what is staged and not indexed. The queue's messages about it find nothing, and are done. */
export async function cancelHanded(
  context: CliContext,
  { wanted, index }: { readonly wanted: string; readonly index: string | undefined },
): Promise<ExitCode> {
  const deployment = await currentDeployment(context)
  const stack = cloudStackOf(context, deployment)
  const { metastore } = stack.indexing
  const record = await findHanded(context, stack, { wanted, index })
  if (record === undefined) throw noneSuch(wanted)
  if ('uri' in record) throw liesElsewhere(record.uri, outputOf(deployment, 'IndexerMapping'))
  const bucket = outputOf(deployment, 'StagingBucket')
  const staged = `s3://${bucket}/`
  const file = await loadIndex(metastore, record.indexId, context.signal)
  const waiting = record.objects.filter((object) => {
    const { state } = progressOf(file, object)
    return state !== 'done' && state !== 'failed'
  })
  const taken = waiting.filter(({ uri }) => uri.startsWith(staged))
  if (taken.length > 0) {
    const phase = context.report.phase(`Taking back ${plural(taken.length, 'staged file')}`)
    const keys = taken.map(({ uri }) => uri.slice(staged.length))
    await deleteKeys(deployment.session.openBucket(bucket), keys)
    await writeIngest(metastore.store, { ...record, cancelledMs: context.clock.nowMs() })
    phase.succeed()
  }
  const leftCount = waiting.length - taken.length
  const doneCount = record.objects.length - waiting.length
  await tell(context, { record, doneCount, takenCount: taken.length, leftCount })
  return leftCount > 0 ? EXIT.partial : EXIT.ok
}

async function tell(context: CliContext, cancelled: Cancelled): Promise<void> {
  const { record, doneCount, takenCount, leftCount } = cancelled
  const { ingestId, indexId, objects } = record
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/ingest-cancel/1',
      ingest_id: ingestId,
      index_id: indexId,
      objects: objects.length,
      objects_over: doneCount,
      objects_taken_back: takenCount,
      objects_left: leftCount,
    })
  }
  const { report } = context
  const of = `${formatCount(doneCount)} of ${plural(objects.length, 'file')}`
  if (takenCount === 0 && leftCount === 0) return report.note(`${of} were over: nothing is left.`)
  report.note(`${of} were over, ${formatCount(takenCount)} taken back.`)
  report.hint('What is being indexed ends with its last commit. The same ingest brings the rest.')
  if (leftCount > 0) {
    report.warn(
      `${plural(leftCount, 'object')} in other buckets cannot be taken back: they stand in the queue and are indexed`,
      `what they brought goes again: qw-lambda delete-docs QUERY --index ${shellWord(indexId)}`,
    )
  }
}

function noneSuch(wanted: string): QwError {
  return new QwError('notFound', `there is no ingest ${wanted}`, {
    code: 'RUN-NONE',
    why: 'only what ingest handed over to the deployment can be cancelled, by the id that it printed',
    fix: 'qw-lambda ingest status',
  })
}

function liesElsewhere(uri: string, mapping: string): QwError {
  return new QwError('invalid', `what lies below ${uri} cannot be taken back`, {
    code: 'USAGE',
    why: 'its objects stand in the deployment’s queue, among those of others, and are not ours to delete',
    fix: `stop all indexing of the deployment for as long as you like: aws lambda update-event-source-mapping --no-enabled --uuid ${mapping}`,
  })
}
