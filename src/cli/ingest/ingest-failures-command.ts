import { writeFile } from 'node:fs/promises'
import { messageOf, QwError } from '../../engine/errors.ts'
import {
  encodeRejects,
  readRejectedDocs,
  RejectLog,
  type KeptReject,
} from '../../engine/indexing/rejects.ts'
import { encodeRun, type RunSummary } from '../../engine/metastore/run-summary.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import { noteRows } from '../command/note-rows.ts'
import { printJson, printRows } from '../command/rows.ts'
import { REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { integer, text } from '../command/option.ts'

/** Rejected documents looked at; the newest runs come first. */
const MAX_READ = 50_000
const FAILED_STATES: readonly RunSummary['state'][] = ['failed', 'tooManyRejects']

export const ingestFailuresCommand = defineCommand({
  pages: () => true,
  args: [['[run]', 'only this run']],
  options: {
    index: text('--index <id>', 'index (the stack’s default)'),
    show: integer('--show <n>', 'also the first n rejected documents', 1),
    export: text('--export <file>', 'write the rejected documents there as NDJSON; - for stdout'),
  },
  examples: [
    'qw-lambda ingest failures --show 3',
    'qw-lambda ingest failures --export - | jq -r .text > mended.ndjson',
  ],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const { metastore } = stack.indexing
    const file = await metastore.load(indexId, context.signal)
    const [runId] = args
    const rejects = await readRejectedDocs(metastore.store, {
      indexId,
      limit: MAX_READ,
      signal: context.signal,
      ...(runId === undefined ? {} : { runId: runId.toUpperCase() }),
    })
    const failed = file.runs.filter(
      (run) =>
        FAILED_STATES.includes(run.state) && run.runId.startsWith(runId?.toUpperCase() ?? ''),
    )
    const shown = rejects.slice(0, options.show ?? 0)
    if (runId !== undefined && rejects.length === 0) mustBeKnown(file.runs, runId)
    if (options.export !== undefined) return await exportRejects(context, options.export, rejects)
    if (context.format === 'json') {
      return await printJson(context, documentOf(indexId, { rejects, failed, shown }))
    }
    await showFailures(context, indexId, { rejects, failed, shown })
  },
})

/** A run of which nothing was rejected is no mistake; one that never was is. */
function mustBeKnown(runs: readonly RunSummary[], runId: string): void {
  if (runs.some((run) => run.runId.startsWith(runId.toUpperCase()))) return
  throw new QwError('notFound', `there is no run ${runId}`, {
    code: 'RUN-NONE',
    fix: 'qw-lambda ingest status',
  })
}

interface Failures {
  readonly rejects: readonly KeptReject[]
  readonly failed: readonly RunSummary[]
  readonly shown: readonly KeptReject[]
}

function reasonsOf(rejects: readonly KeptReject[]): ReturnType<RejectLog['reasonsByCount']> {
  const log = new RejectLog(0)
  for (const reject of rejects) log.add(reject, new Uint8Array(0))
  return log.reasonsByCount()
}

async function showFailures(
  context: CliContext,
  indexId: string,
  failures: Failures,
): Promise<void> {
  const { rejects, failed, shown } = failures
  if (rejects.length === 0 && failed.length === 0) {
    return context.report.note(`Nothing was rejected by ${indexId}, and no file failed.`)
  }
  if (rejects.length > 0)
    await printRows(context, REASON_COLUMNS, reasonsOf(rejects).map(reasonRow))
  for (const reject of shown) {
    context.report.note(`${reject.sourceUri}:${reject.line}: ${reject.reason}\n  ${reject.text}`)
  }
  if (failed.length > 0) {
    context.report.note(`${plural(failed.length, 'file')} did not get in:`)
    const rows = failed.map((run) => [run.sourceUri, run.error ?? run.state])
    noteRows(context, [{ name: 'source' }, { name: 'error' }], rows)
  }
  const kept = rejects.length >= MAX_READ ? ` (the newest ${formatCount(MAX_READ)})` : ''
  context.report.hint(
    `${plural(rejects.length, 'rejected document')} kept${kept}. All of them: --export FILE`,
  )
}

function documentOf(
  indexId: string,
  { rejects, failed, shown }: Failures,
): Record<string, unknown> {
  return {
    schema: 'qw-lambda/ingest-failures/1',
    index: indexId,
    rejected: rejects.length,
    reasons: reasonsOf(rejects).map(({ count, path, reason, example, kind, firstLine }) => ({
      count,
      field: path ?? null,
      kind,
      reason,
      example: example ?? null,
      first_line: firstLine,
    })),
    failed_runs: failed.map(encodeRun),
    documents: shown.map(({ runId, sourceUri, line, reason, text: line_text }) => ({
      run_id: runId,
      source_uri: sourceUri,
      line,
      reason,
      text: line_text,
    })),
  }
}

async function exportRejects(
  context: CliContext,
  path: string,
  rejects: readonly KeptReject[],
): Promise<void> {
  const lines = rejects.map((reject) => encodeRejects([reject], reject))
  const bytes = Buffer.concat(lines)
  if (path === '-') return await context.out.write(bytes)
  await writeFile(path, bytes).catch((cause: unknown) => {
    throw new QwError('invalid', `cannot write ${path}: ${messageOf(cause)}`, {
      fix: 'choose another place for --export',
    })
  })
  context.report.note(`${plural(rejects.length, 'rejected document')} in ${path}`)
}
