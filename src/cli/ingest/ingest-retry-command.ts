import { QwError } from '../../engine/errors.ts'
import {
  checkRejects,
  retryRejects,
  type RetryRequest,
  type RetryResult,
} from '../../engine/indexing/retry-rejects.ts'
import { openFailures, type RunSummary } from '../../engine/metastore/run-summary.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { noteRows } from '../command/note-rows.ts'
import { flag, text } from '../command/option.ts'
import { printJson } from '../command/rows.ts'
import { formatCount, plural } from '../format/number.ts'
import { REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import { INPUT_FORMAT } from '../intake/input-format.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { rejectLimit } from '../intake/reject-limit.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { isCloudTarget } from '../stack/target.ts'
import { readMended } from './mended-file.ts'
import { type RetriedFile, retryFiles } from './retry-files.ts'
import { runBeginning } from './run-argument.ts'

export const ingestRetryCommand = defineCommand({
  description:
    'Rejected documents that fit by now are indexed, each once, however often this is run; the others wait on, with the reason of today. Files that failed are read again from where they lie.',
  args: [['[run]', 'only this run']],
  options: {
    all: flag('--all', 'everything that waits'),
    index: text('--index <id>', 'index (the stack’s default)'),
    from: text(
      '--from <file>',
      'mended documents, as ingest failures --export wrote them; - for stdin',
    ),
    dryRun: flag('--dry-run', 'say what would be indexed, and index nothing'),
    maxErrors: text('--max-errors <n|%>', 'stop a file above this many rejected documents (1 %)'),
    inputFormat: INPUT_FORMAT,
  },
  examples: [
    'qw-lambda ingest retry --all --dry-run',
    'qw-lambda ingest retry 01KAYV',
    'qw-lambda ingest failures --export rejected.ndjson\nqw-lambda ingest retry --from rejected.ndjson',
  ],
  async run(context, { args, options }) {
    const { from, dryRun: isDryRun = false } = options
    if (args[0] === undefined && options.all !== true && from === undefined) throw nothingNamed()
    const maxRejects = rejectLimit(undefined, options.maxErrors)
    const opener = new SourceOpener(context, options.inputFormat)
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const file = await stack.indexing.metastore.load(indexId, context.signal)
    const runId = runBeginning(file, args[0])
    const mended = from === undefined ? undefined : await readMended(from)
    const request: RetryRequest = { indexId, runId, mended, signal: context.signal }
    // Mended documents are what was asked for then.
    const runs = mended === undefined ? failedRuns(file.runs, runId) : []
    const docs = isDryRun
      ? await checkRejects(stack.indexing, request)
      : await retryDocs(context, stack, request)
    const isEverything = options.all === true && mended === undefined && !isDryRun
    const deadLetters = isEverything ? await sendBack(context) : 0
    const files = isDryRun
      ? []
      : await retryFiles(context, stack, { indexId, runs, opener, maxRejects })
    const retry: Retry = { indexId, isDryRun, docs, mended, runs, files, deadLetters }
    if (context.format === 'json') await printJson(context, documentOf(retry))
    else sayRetry(context, retry)
    return exitCodeOf(retry)
  },
})

async function sendBack(context: CliContext): Promise<number> {
  if (!isCloudTarget(context)) return 0
  const { sendBackDeadLetters } = await import('./aws-dead-letters.ts')
  return (await sendBackDeadLetters(context)).movedCount
}

function nothingNamed(): QwError {
  return new QwError('invalid', 'which run?', {
    code: 'USAGE',
    fix: 'name one (qw-lambda ingest failures shows what waits), or take all: qw-lambda ingest retry --all',
  })
}

function failedRuns(runs: readonly RunSummary[], runId = ''): RunSummary[] {
  return openFailures(runs).filter((run) => run.runId.startsWith(runId))
}

async function retryDocs(
  context: CliContext,
  stack: DataStack,
  request: RetryRequest,
): Promise<RetryResult> {
  const phase = context.report.phase('Retrying rejected documents')
  try {
    const result = await retryRejects(stack.indexing, {
      ...request,
      onProgress: (done, total) => phase.progress({ done, total, unit: 'docs' }),
    })
    phase.succeed(
      `Indexed ${plural(result.docCount, 'document')} that ${wasOrWere(result.docCount)} rejected before`,
    )
    return result
  } catch (error) {
    phase.fail()
    throw error
  }
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were'
}

interface Retry {
  readonly indexId: string
  readonly isDryRun: boolean
  readonly docs: RetryResult
  readonly mended: ReadonlyMap<string, Uint8Array> | undefined
  /** Failed files that were meant. */
  readonly runs: readonly RunSummary[]
  readonly files: readonly RetriedFile[]
  /** Messages of given up files that went back to a deployment's queue. */
  readonly deadLetters: number
}

/** Lines of a mended file whose documents do not wait: they were retried or dropped before. */
function notWaitingCount({ mended, docs }: Retry): number {
  return mended === undefined ? 0 : mended.size - docs.docCount - docs.rejectedCount
}

function sayRetry(context: CliContext, retry: Retry): void {
  const { report } = context
  const { docs, isDryRun, runs, files, indexId, mended } = retry
  const { docCount, rejectedCount, untriedCount, goneCount, rejectReasons } = docs
  if (isDryRun) {
    report.note(
      `${plural(docCount, 'document')} would be indexed, ${formatCount(rejectedCount)} rejected again.`,
    )
    for (const { sourceUri } of runs) report.note(`Would be read again: ${sourceUri}`)
  } else if (rejectedCount > 0) {
    report.note(`${plural(rejectedCount, 'document')} ${wasOrWere(rejectedCount)} rejected again:`)
  }
  if (rejectReasons.length > 0) noteRows(context, REASON_COLUMNS, rejectReasons.map(reasonRow))
  if (untriedCount > 0 && mended === undefined) {
    report.warn(
      `${plural(untriedCount, 'document')} cannot be retried as they are: no document was read from them, or they are too long to be kept whole`,
      `mend them: qw-lambda ingest failures --index ${indexId} --export FILE, then qw-lambda ingest retry --index ${indexId} --from FILE`,
    )
  }
  if (goneCount > 0) {
    report.warn(
      `${plural(goneCount, 'document')} ${wasOrWere(goneCount)} kept no longer: the objects are gone`,
      'index their files into an index of their own, or send them again',
    )
  }
  const notWaiting = notWaitingCount(retry)
  if (notWaiting > 0) {
    report.warn(
      `${plural(notWaiting, 'line')} of the file named documents that wait no more: they were retried or dropped before`,
    )
  }
  for (const { path, result, error } of files) {
    if (error !== undefined) report.warn(`${path}: ${error.message}`, error.fix)
    else
      report.note(
        `${path}: ${plural(result?.docCount ?? 0, 'document')} indexed, ${formatCount(result?.rejectedCount ?? 0)} rejected`,
      )
  }
  if (rejectedCount > 0) report.hint(`Look at them: qw-lambda ingest failures --index ${indexId}`)
}

function documentOf(retry: Retry): Record<string, unknown> {
  const { indexId, isDryRun, docs, runs, files, deadLetters } = retry
  return {
    schema: 'qw-lambda/ingest-retry/1',
    index: indexId,
    dry_run: isDryRun,
    run_id: isDryRun ? null : docs.runId,
    docs: docs.docCount,
    rejected: docs.rejectedCount,
    not_tried: docs.untriedCount,
    gone: docs.goneCount,
    not_waiting: notWaitingCount(retry),
    reasons: docs.rejectReasons.map(({ count, path, reason, example }) => ({
      count,
      field: path ?? null,
      reason,
      example: example ?? null,
    })),
    dead_letters_sent_back: deadLetters,
    files: isDryRun
      ? runs.map(({ sourceUri }) => ({
          uri: sourceUri,
          status: 'waits',
          docs: 0,
          rejected: 0,
          error: null,
        }))
      : files.map(({ path, result, error }) => ({
          uri: path,
          status: error === undefined ? 'indexed' : 'failed',
          docs: result?.docCount ?? 0,
          rejected: result?.rejectedCount ?? 0,
          error: error?.message ?? null,
        })),
  }
}

/** As `ingest`: 10 when something of what was asked for is still not in the index. */
function exitCodeOf({ docs, files, isDryRun, mended }: Retry): ExitCode {
  const untried = mended === undefined ? docs.untriedCount : 0
  const left = docs.rejectedCount + docs.goneCount + untried
  const isWhole = files.every(
    ({ result, error }) => error === undefined && result?.rejectedCount === 0,
  )
  return isDryRun || (left === 0 && isWhole) ? EXIT.ok : EXIT.partial
}
