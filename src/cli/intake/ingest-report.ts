import { QwError } from '../../engine/errors.ts'
import type { IndexingResult } from '../../engine/indexing/indexing-result.ts'
import type { RejectReason } from '../../engine/indexing/rejects.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { factLine } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { noteRows } from '../command/note-rows.ts'
import { printJson, printRows } from '../command/rows.ts'
import { STDIN } from './ingest-files.ts'
import { failuresCommand, type IngestOutcome, type SourceOutcome } from './run-ingest.ts'

/**
 * Prints how each source fared, then ends the command: exit 10 when anything was rejected or some
 * files failed, the only file's own error, or the signal's after Ctrl-C.
 */
export async function reportIngest(context: CliContext, outcome: IngestOutcome): Promise<ExitCode> {
  if (!context.signal.aborted) return await printOutcome(context, outcome)
  await printTable(context, outcome)
  context.report.note(interruptedText(outcome, totalsOf(outcome).docs))
  throw context.signal.reason
}

async function printTable(context: CliContext, outcome: IngestOutcome): Promise<void> {
  if (context.format === 'json') await printJson(context, documentOf(outcome))
  else await printSources(context, outcome)
}

/** Of a command that came to its end, however that was. */
export async function printOutcome(context: CliContext, outcome: IngestOutcome): Promise<ExitCode> {
  await printTable(context, outcome)
  if (context.format !== 'json' && outcome.ingestId === undefined) noteTotals(context, outcome)
  if (outcome.ingestId !== undefined) {
    context.report.hint(`Follow: qw-lambda ingest status ${outcome.ingestId} --follow`)
  }
  const errors = outcome.sources.flatMap(({ error }) => (error === undefined ? [] : [error]))
  if (errors.length > 0) throw failureOf(errors, outcome)
  if (totalsOf(outcome).rejected === 0) return EXIT.ok
  context.report.hint(`Look at them: ${failuresCommand(outcome.indexId)}`)
  return EXIT.partial
}

interface Totals {
  readonly docs: number
  readonly rejected: number
  readonly sourceBytes: number
  readonly splitBytes: number
}

export function totalsOf({ sources }: IngestOutcome): Totals {
  const sum = (pick: (source: SourceOutcome) => number | undefined): number =>
    sources.reduce((total, source) => total + (pick(source) ?? 0), 0)
  return {
    docs: sum((source) => indexedOf(source)?.docCount),
    rejected: sum((source) => indexedOf(source)?.rejectedCount),
    sourceBytes: sum((source) => indexedOf(source)?.sourceBytes),
    splitBytes: sum(({ result }) => result?.splitBytes),
  }
}

/** What of a source is in the index: also of one that failed after some commits. */
function indexedOf({ result, published }: SourceOutcome) {
  return result ?? published
}

/** The reasons of several sources, most frequent first. */
export function mergedReasons(reasons: readonly RejectReason[]): RejectReason[] {
  const byText = new Map<string, RejectReason>()
  for (const reason of reasons) {
    const key = `${reason.path ?? ''}\0${reason.reason}`
    const known = byText.get(key)
    byText.set(key, known === undefined ? reason : { ...known, count: known.count + reason.count })
  }
  return [...byText.values()].toSorted((a, b) => b.count - a.count)
}

export const REASON_COLUMNS = [
  { name: 'rejected', align: 'right' },
  { name: 'field' },
  { name: 'reason' },
  { name: 'example' },
  { name: 'first line', align: 'right' },
] as const

export function reasonRow(reason: RejectReason): string[] {
  const { count, path = '', reason: why, example = '', firstLine } = reason
  return [formatCount(count), path, why, example, String(firstLine)]
}

const SOURCE_COLUMNS = [
  { name: 'source' },
  { name: 'docs', align: 'right' },
  { name: 'rejected', align: 'right' },
  { name: 'bytes', align: 'right' },
  { name: 'status' },
] as const

async function printSources(context: CliContext, outcome: IngestOutcome): Promise<void> {
  const rows = outcome.sources.map((source) => [
    source.path === STDIN ? 'stdin' : source.path,
    formatCount(indexedOf(source)?.docCount ?? 0),
    formatCount(indexedOf(source)?.rejectedCount ?? 0),
    formatBytes(indexedOf(source)?.sourceBytes ?? 0),
    outcome.ingestId !== undefined && source.result?.state === 'incomplete'
      ? 'handed over'
      : statusText(source),
  ])
  const left = outcome.notStarted.map((path) => [path, '0', '0', formatBytes(0), 'not started'])
  await printRows(context, SOURCE_COLUMNS, [...rows, ...left])
}

function statusText({ result, error, published }: SourceOutcome): string {
  switch (result?.state) {
    case 'done':
      if (result.continuedAtBytes > 0)
        return result.docCount > 0 ? 'new lines indexed' : 'nothing new'
      return isEmpty(result) ? 'empty' : 'indexed'
    case 'alreadyIndexed':
      return 'already indexed, skipped (use --force)'
    case 'incomplete':
      return 'stopped; the next run goes on'
    case 'tooManyRejects':
      return 'too many rejected'
    case undefined:
      if (error === undefined) return 'stopped'
      return (published?.docCount ?? 0) > 0 ? 'failed; what was committed stays' : 'failed'
  }
}

function isEmpty(result: IndexingResult): boolean {
  const { state, docCount, rejectedCount, continuedAtBytes, halfLineBytes } = result
  return state === 'done' && docCount + rejectedCount + continuedAtBytes + halfLineBytes === 0
}

function noteTotals(context: CliContext, outcome: IngestOutcome): void {
  const { docs, rejected, sourceBytes, splitBytes } = totalsOf(outcome)
  const parts = [`${plural(docs, 'document')} indexed, ${formatCount(rejected)} rejected`]
  if (docs > 0) {
    const perSecond = Math.round((docs / Math.max(1, outcome.elapsedMs)) * 1_000)
    const ratio = Math.round((splitBytes / Math.max(1, sourceBytes)) * 100)
    parts.push(
      // A deployment's runs do not tell the size of what they made.
      splitBytes === 0
        ? formatBytes(sourceBytes)
        : `${formatBytes(sourceBytes)} -> ${formatBytes(splitBytes)} (${ratio} %)`,
      `${formatCount(perSecond)} docs/s`,
      `searchable after ${formatDuration(outcome.elapsedMs)}`,
    )
  }
  context.report.note(factLine(parts, context.out.columns))
  for (const { path, result } of outcome.sources) {
    const name = path === STDIN ? 'stdin' : path
    if (result !== undefined && result.halfLineBytes > 0) {
      const size = formatBytes(result.halfLineBytes)
      context.report.note(
        `The last line of ${name} is half written (${size}): left for the next run.`,
      )
    }
    if (result === undefined || !isEmpty(result)) continue
    context.report.warn(
      `${name} is empty: nothing was indexed`,
      'check that it was written to its end',
    )
  }
  const reasons = mergedReasons(
    outcome.sources.flatMap(({ result }) => result?.rejectReasons ?? []),
  )
  if (reasons.length > 0) noteRows(context, REASON_COLUMNS, reasons.map(reasonRow))
}

function documentOf(outcome: IngestOutcome): Record<string, unknown> {
  const totals = totalsOf(outcome)
  return {
    schema: 'qw-lambda/ingest/1',
    run_id:
      outcome.ingestId ??
      outcome.sources.findLast(({ result }) => result !== undefined)?.result?.runId ??
      null,
    sources: [
      ...outcome.sources.map(sourceDocument),
      ...outcome.notStarted.map((uri) => ({
        uri,
        bytes: 0,
        docs: 0,
        rejected: 0,
        status: 'not_started',
        splits: 0,
      })),
    ],
    docs: totals.docs,
    rejected: totals.rejected,
    bytes: totals.sourceBytes,
    elapsed_ms: Math.round(outcome.elapsedMs),
    searchable_ms: Math.round(outcome.elapsedMs),
  }
}

function sourceDocument(source: SourceOutcome): Record<string, unknown> {
  const { path, result, error, published } = source
  const indexed = indexedOf(source)
  return {
    uri: path === STDIN ? 'stdin' : (indexed?.sourceUri ?? path),
    run_id: indexed?.runId ?? null,
    bytes: indexed?.sourceBytes ?? 0,
    docs: indexed?.docCount ?? 0,
    rejected: indexed?.rejectedCount ?? 0,
    status: statusWord(result, error),
    splits: result?.splitIds.length ?? published?.splitCount ?? 0,
    ...(error === undefined ? {} : { error: error.message }),
  }
}

function statusWord(result: IndexingResult | undefined, error: QwError | undefined): string {
  if (result === undefined) return error === undefined ? 'incomplete' : 'failed'
  if (result.state === 'alreadyIndexed') return 'skipped'
  return result.state === 'tooManyRejects' ? 'too_many_rejects' : result.state
}

function interruptedText({ sources }: IngestOutcome, docs: number): string {
  const path = sources.at(-1)?.path ?? ''
  if (path === STDIN && docs === 0) return 'Stopped: nothing of stdin is in the index.'
  if (docs === 0) {
    return 'Stopped before the first commit: the index is as it was. The same command begins again.'
  }
  const where = sources.length > 1 ? `of ${plural(sources.length, 'file')}` : `of ${path}`
  const next = path === STDIN ? '' : ' The same command goes on from there.'
  return `Stopped: ${plural(docs, 'document')} ${where} ${docs === 1 ? 'is' : 'are'} searchable already.${next}`
}

/** The error of a lone file as it is; of several, one that counts them and shows the first. */
function failureOf(errors: readonly QwError[], { sources }: IngestOutcome): QwError {
  const [first] = errors
  if (first === undefined) throw new QwError('internal', 'no error to report')
  if (sources.length === 1) return first
  const lines = errors.slice(0, 5).map((error) => error.message)
  const more = errors.length > 5 ? [`and ${errors.length - 5} more`] : []
  const files = plural(sources.length, 'file')
  const facts = { why: [...lines, ...more].join('\n'), fix: first.fix, cause: first }
  if (errors.length === sources.length) {
    const message = `none of ${files} could be indexed`
    return new QwError(first.kind, message, { ...facts, code: first.code })
  }
  const message = `${formatCount(errors.length)} of ${files} failed; the others are indexed`
  return new QwError('invalid', message, { ...facts, code: 'INGEST-PARTIAL' })
}
