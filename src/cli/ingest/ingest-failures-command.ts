import { open } from 'node:fs/promises'
import { reasonJson } from '../../api/reason-json.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import { dropFailures } from '../../engine/indexing/drop-failures.ts'
import { keptRejects } from '../../engine/indexing/kept-rejects.ts'
import { KEEPS_NONE, RejectLog, type KeptReject } from '../../engine/indexing/rejects.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { encodeRun, openFailures, type RunSummary } from '../../engine/metastore/run-summary.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { noteRows } from '../command/note-rows.ts'
import { flag, integer, text } from '../command/option.ts'
import { shellWord } from '../command/shell-word.ts'
import { printJson, printRows } from '../command/rows.ts'
import { formatCount, plural } from '../format/number.ts'
import { REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { exportLine } from './mended-file.ts'
import { runBeginning } from './run-argument.ts'

/** Rejected documents whose reasons are counted; the newest runs come first. */
const MAX_READ = 50_000
/** Bytes of an export that are written at once. */
const WRITTEN_BYTES = 1024 * 1024

export const ingestFailuresCommand = defineCommand({
  pages: () => true,
  description:
    'Rejected documents are kept for 30 days, as are the names of files that failed, until they are retried or dropped.',
  args: [['[run]', 'only this run']],
  options: {
    index: text('--index <id>', 'index (the stack’s default)'),
    show: integer('--show <n>', 'also the first n rejected documents', 1),
    export: text('--export <file>', 'write the rejected documents there as NDJSON; - for stdout'),
    drop: flag('--drop', 'remove them for good: no object holds them any more'),
    confirm: text('--confirm <id>', 'with --drop: the index id, typed out'),
  },
  examples: [
    'qw-lambda ingest failures --show 3',
    'qw-lambda ingest failures --export rejected.ndjson',
    'qw-lambda ingest failures --export - | jq -c .document > mended.ndjson',
    'qw-lambda ingest failures --drop --confirm orders',
  ],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const file = await stack.indexing.metastore.load(indexId, context.signal)
    const runId = runBeginning(file, args[0])
    if (options.drop === true) {
      return await drop(context, stack, { indexId, runId, confirm: options.confirm })
    }
    const { signal } = context
    const rejects = keptRejects(stack.indexing.metastore.store, file, { runId, signal })
    if (options.export !== undefined) {
      return await exportRejects(context, { path: options.export, indexId, rejects })
    }
    const failures = await readFailures(file, { runId, rejects, showCount: options.show ?? 0 })
    if (context.format === 'json') {
      return await printJson(context, documentOf(indexId, failures))
    }
    await showFailures(context, indexId, failures)
  },
})

interface Failures {
  /** Looked at: at most `MAX_READ`. */
  readonly log: RejectLog
  readonly shown: readonly KeptReject[]
  readonly failed: readonly RunSummary[]
  /** Counted beyond what a run keeps. */
  readonly notKeptCount: number
}

async function readFailures(
  file: IndexFile,
  request: {
    readonly runId: string | undefined
    readonly rejects: AsyncIterable<KeptReject>
    readonly showCount: number
  },
): Promise<Failures> {
  const { runId = '', rejects, showCount } = request
  const log = new RejectLog(KEEPS_NONE)
  const shown: KeptReject[] = []
  for await (const reject of rejects) {
    log.add(reject, new Uint8Array(0), false)
    if (shown.length < showCount) shown.push(reject)
    if (log.count >= MAX_READ) break
  }
  const sets = file.rejectSets.filter(({ setId }) => setId.startsWith(runId))
  return {
    log,
    shown,
    failed: openFailures(file.runs).filter((run) => run.runId.startsWith(runId)),
    notKeptCount: sets.reduce((sum, set) => sum + set.notKeptCount, 0),
  }
}

async function showFailures(
  context: CliContext,
  indexId: string,
  { log, shown, failed, notKeptCount }: Failures,
): Promise<void> {
  const { report } = context
  if (log.count + failed.length + notKeptCount === 0) {
    return report.note(`No rejected document of ${indexId} waits, and no failed file.`)
  }
  if (log.count > 0) await printRows(context, REASON_COLUMNS, log.reasonsByCount().map(reasonRow))
  for (const reject of shown) {
    report.note(`${reject.sourceUri}:${reject.line}: ${reject.reason}\n  ${reject.text}`)
  }
  if (failed.length > 0) {
    report.note(`${plural(failed.length, 'file')} did not get in:`)
    const rows = failed.map((run) => [run.sourceUri, run.error ?? run.state])
    noteRows(context, [{ name: 'source' }, { name: 'error' }], rows)
  }
  if (notKeptCount > 0) {
    report.warn(
      `${plural(notKeptCount, 'more document')} were counted and not kept: a run keeps 100,000, and 32 MB`,
      'mend the mapping, and index their files into an index of their own',
    )
  }
  const kept = log.count >= MAX_READ ? ` (the newest ${formatCount(MAX_READ)})` : ''
  report.hint(
    `${plural(log.count, 'rejected document')} kept${kept}. All of them: --export FILE. Once the mapping or the data is mended: qw-lambda ingest retry --all --index ${indexId}`,
  )
}

function documentOf(
  indexId: string,
  { log, shown, failed, notKeptCount }: Failures,
): Record<string, unknown> {
  return {
    schema: 'qw-lambda/ingest-failures/1',
    index: indexId,
    rejected: log.count,
    not_kept: notKeptCount,
    reasons: log.reasonsByCount().map(reasonJson),
    failed_runs: failed.map(encodeRun),
    documents: shown.map(({ runId, sourceUri, line, bytePosition, reason, text: doc }) => ({
      run_id: runId,
      source_uri: sourceUri,
      line,
      position: bytePosition,
      reason,
      text: doc,
    })),
  }
}

async function exportRejects(
  context: CliContext,
  asked: { path: string; indexId: string; rejects: AsyncIterable<KeptReject> },
): Promise<void> {
  const { path, indexId, rejects } = asked
  if (path === '-') {
    await writeLines(rejects, (lines) => context.out.write(lines))
    return
  }
  const count = await writeFileOf(path, rejects).catch((cause: unknown) => {
    if (cause instanceof QwError) throw cause
    throw new QwError('invalid', `cannot write ${path}: ${messageOf(cause)}`, {
      fix: 'choose another place for --export',
    })
  })
  context.report.note(`${plural(count, 'rejected document')} in ${path}`)
  context.report.hint(
    `Mend them there, then: qw-lambda ingest retry --index ${indexId} --from ${shellWord(path)}`,
  )
}

async function writeFileOf(path: string, rejects: AsyncIterable<KeptReject>): Promise<number> {
  const handle = await open(path, 'w')
  try {
    return await writeLines(rejects, async (lines) => void (await handle.write(lines)))
  } finally {
    await handle.close()
  }
}

async function writeLines(
  rejects: AsyncIterable<KeptReject>,
  write: (lines: string) => Promise<void>,
): Promise<number> {
  let count = 0
  let lines = ''
  for await (const reject of rejects) {
    lines += exportLine(reject)
    count++
    if (lines.length < WRITTEN_BYTES) continue
    await write(lines)
    lines = ''
  }
  if (lines !== '') await write(lines)
  return count
}

async function drop(
  context: CliContext,
  stack: DataStack,
  asked: { indexId: string; runId: string | undefined; confirm: string | undefined },
): Promise<void> {
  const { indexId, runId, confirm } = asked
  const whose = runId === undefined ? indexId : `run ${runId} of ${indexId}`
  await context.prompts.typedName({
    message: `This removes what ${whose} rejected, and its failed files from what is retried`,
    name: indexId,
    given: confirm,
  })
  const { docCount, runCount } = await dropFailures(stack.indexing.metastore, { indexId, runId })
  if (context.format === 'json') {
    const dropped = { documents_dropped: docCount, runs_dropped: runCount }
    return await printJson(context, {
      schema: 'qw-lambda/ingest-failures-drop/1',
      index: indexId,
      ...dropped,
    })
  }
  const runs = runCount === 0 ? '' : ` and ${plural(runCount, 'failed file')}`
  context.report.note(`Dropped ${plural(docCount, 'rejected document')}${runs}.`)
}
