import { QwError } from '../../engine/errors.ts'
import { encodeRun, runStateText, type RunSummary } from '../../engine/metastore/run-summary.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, formatCount } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { formatTime } from '../format/time.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { flag, integer, text } from '../command/option.ts'
import { zoneOf } from '../command/time-zone.ts'
import { beginningOf, findHanded } from './find-handed.ts'

const DEFAULT_RUNS = 20

interface IndexRun extends RunSummary {
  readonly indexId: string
}

export const ingestStatusCommand = defineCommand({
  pages: () => true,
  args: [['[run]', 'run id; any beginning that is unique will do']],
  options: {
    index: text('--index <id>', 'only runs into this index'),
    follow: flag('--follow', 'with the id of an ingest: wait until all of it is indexed'),
    limit: integer('--limit <count>', `at most this many (${DEFAULT_RUNS})`, 1),
  },
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const runs = await runsOf(context, stack, options.index)
    const [wanted] = args
    if (wanted !== undefined) {
      const handed = { wanted, index: options.index }
      const isRun = runs.some(({ runId }) => runId.startsWith(beginningOf(wanted)))
      // Runs come first, as they cost no request.
      const record = isRun ? undefined : await findHanded(context, stack, handed)
      if (record === undefined) return await showRun(context, runOf(runs, wanted))
      const { showIngest, showHanded } = await import('./aws-ingest-progress.ts')
      const follow = options.follow === true
      if ('uri' in record) {
        return await showHanded(context, stack.indexing.metastore, { record, follow })
      }
      return await showIngest(context, stack.indexing.metastore, { record, follow })
    }
    const shown = runs.slice(0, options.limit ?? DEFAULT_RUNS)
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/ingest-status/1',
        runs: shown.map(runDocument),
      })
    }
    if (shown.length === 0)
      return context.report.note('Nothing was ingested yet. Begin: qw-lambda ingest <file>')
    const columns = [
      { name: 'run' },
      { name: 'started', whole: true },
      { name: 'index' },
      { name: 'source' },
      { name: 'state' },
      { name: 'docs', align: 'right' as const },
      { name: 'rejected', align: 'right' as const },
      { name: 'docs/s', align: 'right' as const },
    ]
    const rows = shown.map((run) => [
      run.runId,
      startedText(context, run),
      run.indexId,
      shortUri(run.sourceUri),
      runStateText(run, context.clock.nowMs()),
      formatCount(run.docCount),
      formatCount(run.rejectedCount),
      formatCount(perSecond(run)),
    ])
    await printRows(context, columns, rows)
  },
})

/** Newest first. */
async function runsOf(
  context: CliContext,
  stack: DataStack,
  index: string | undefined,
): Promise<IndexRun[]> {
  const files = await stack.indexing.metastore.listIndexes([index ?? '*'], context.signal)
  return files
    .flatMap((file) => file.runs.map((run) => ({ ...run, indexId: file.metadata.indexId })))
    .toSorted((a, b) => b.startedMs - a.startedMs)
}

function runOf(runs: readonly IndexRun[], wanted: string): IndexRun {
  const beginning = beginningOf(wanted)
  const matching = runs.filter(({ runId }) => runId.startsWith(beginning))
  const [run] = matching
  if (run !== undefined && matching.length === 1) return run
  const what = run === undefined ? `there is no run ${wanted}` : `several runs begin with ${wanted}`
  throw new QwError('notFound', what, {
    code: 'RUN-NONE',
    why: 'the latest 25 runs of each index are remembered',
    fix: 'qw-lambda ingest status',
  })
}

async function showRun(context: CliContext, run: IndexRun): Promise<void> {
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/ingest-status/1',
      runs: [runDocument(run)],
    })
  }
  const rows: Fact[] = [
    ['run', run.runId],
    ['index', run.indexId],
    ['source', run.sourceUri],
    ['state', runStateText(run, context.clock.nowMs())],
    ['documents', formatCount(run.docCount)],
    ['rejected', formatCount(run.rejectedCount)],
    ['bytes', formatBytes(run.sourceBytes)],
    ['splits', formatCount(run.splitCount)],
    ['started', formatTime(run.startedMs, zoneOf(context), 'seconds')],
    ['took', formatDuration(run.updatedMs - run.startedMs)],
    ['documents/s', formatCount(perSecond(run))],
    ...(run.error === undefined ? [] : [['error', run.error] as const]),
  ]
  await context.out.write(drawFacts(rows, context.out))
  if (run.rejectedCount > 0)
    context.report.hint(
      `Look at them: qw-lambda ingest failures ${run.runId} --index ${run.indexId}`,
    )
}

/** On a terminal as an age, which is short. */
function startedText(context: CliContext, { startedMs }: RunSummary): string {
  const { out, clock } = context
  if (!out.isTerminal) return formatTime(startedMs, zoneOf(context), 'seconds')
  return `${formatDuration(Math.max(0, clock.nowMs() - startedMs))} ago`
}

function runDocument(run: IndexRun): Record<string, unknown> {
  return { index_id: run.indexId, ...encodeRun(run), docs_per_second: perSecond(run) }
}

function perSecond({ docCount, startedMs, updatedMs }: RunSummary): number {
  return Math.round((docCount / Math.max(1, updatedMs - startedMs)) * 1_000)
}

function shortUri(uri: string): string {
  return uri.startsWith('stdin:')
    ? 'stdin'
    : decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1))
}
