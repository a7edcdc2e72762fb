import { QwError } from '../../engine/errors.ts'
import type { IndexingResult } from '../../engine/indexing/indexing-result.ts'
import { runMerges } from '../../engine/indexing/merge.ts'
import { indexSource, type MaxRejects } from '../../engine/indexing/pipeline.ts'
import type { Source } from '../../engine/indexing/source.ts'
import { fileSource, streamSource } from '../../local/file-source.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { defineCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { drawTable } from '../format/table.ts'
import { expandSources } from '../ingest-files.ts'
import { currentIndex, currentLocalStack } from '../local-stacks.ts'
import { choice, flag, text } from '../option.ts'

/** Rejects that stop a run, unless `--max-errors` says otherwise. */
const DEFAULT_MAX_FRACTION = 0.01

export const ingestCommand = defineCommand({
  summary: 'index files, folders, globs or stdin',
  description: 'Waits until everything can be searched. The same file is never indexed twice.',
  args: [['<src...>', 'files, folders, globs, or - for stdin (NDJSON, plain or gzip)']],
  options: {
    index: text('--index <id>', 'index to write (the stack’s default)'),
    maxErrors: text('--max-errors <n|%>', 'stop above this many rejected documents (1 %)'),
    onError: choice('--on-error <what>', 'rejected documents: keep them for ingest failures, skip, or abort', [
      'dead-letter',
      'skip',
      'abort',
    ]),
    force: flag('--force', 'index again what was indexed before'),
  },
  examples: ['qw-lambda ingest logs/*.ndjson.gz', 'zcat big.gz | qw-lambda ingest - --index hdfs-logs'],
  async run(context, { args, options }) {
    const stack = await currentLocalStack(context)
    const index = await currentIndex(context, stack, options.index)
    const paths = await expandSources(args)
    const startedMs = context.clock.nowMs()
    const results: FileResult[] = []
    for (const path of paths) {
      results.push(
        await ingestOne(context, stack, {
          index,
          path,
          force: options.force === true,
          maxRejects: maxRejects(options.onError, options.maxErrors),
          rejects: options.onError === 'skip' ? 'drop' : 'keep',
        }),
      )
    }
    await runMerges(stack.indexing, { indexId: index, signal: context.signal })
    return await reportRun(context, results, context.clock.nowMs() - startedMs)
  },
})

interface FileRequest {
  readonly index: string
  readonly path: string
  readonly force: boolean
  readonly maxRejects: MaxRejects
  readonly rejects: 'keep' | 'drop'
}

interface FileResult {
  readonly path: string
  readonly result: IndexingResult
}

async function ingestOne(
  context: CliContext,
  stack: LocalStack,
  request: FileRequest,
): Promise<FileResult> {
  const phase = context.report.phase(`Indexing ${request.path === '-' ? 'stdin' : request.path}`)
  try {
    const source = await sourceOf(context, request.path)
    const result = await indexSource(stack.indexing, {
      indexId: request.index,
      source,
      sourceId: '_ingest-cli-source',
      force: request.force,
      maxRejects: request.maxRejects,
      rejects: request.rejects,
      signal: context.signal,
      onProgress: (progress) =>
        phase.progress({
          done: progress.readBytes,
          total: progress.totalBytes,
          unit: 'bytes',
          detail: `${formatCount(progress.docCount)} docs${progress.rejectedCount === 0 ? '' : ` · ${formatCount(progress.rejectedCount)} rejected`}`,
        }),
    })
    phase.succeed(describe(request.path, result))
    if (result.state === 'tooManyRejects') throw tooManyRejects(request.path, result)
    return { path: request.path, result }
  } catch (error) {
    phase.fail()
    throw error
  }
}

async function sourceOf(context: CliContext, path: string): Promise<Source> {
  if (path !== '-') return await fileSource(path, context.signal)
  if (process.stdin.isTTY) {
    throw new QwError('invalid', 'stdin is the terminal', { fix: 'pipe documents in, or name a file' })
  }
  // A binary stream without an encoding yields buffers alone.
  return streamSource(`stdin:${context.clock.nowMs()}-${process.pid}`, process.stdin as AsyncIterable<Buffer>)
}

function describe(path: string, result: IndexingResult): string {
  if (result.state === 'alreadyIndexed') return `${path}: already indexed, skipped (use --force)`
  const rejected = result.rejectedCount === 0 ? '' : `, ${formatCount(result.rejectedCount)} rejected`
  const perSecond = Math.round((result.docCount / Math.max(1, result.elapsedMs)) * 1_000)
  return `${path}: ${plural(result.docCount, 'document')}${rejected}, ${formatBytes(result.sourceBytes)} -> ${formatBytes(result.splitBytes)}, ${formatCount(perSecond)} docs/s`
}

async function reportRun(
  context: CliContext,
  results: readonly FileResult[],
  elapsedMs: number,
): Promise<ExitCode> {
  const sum = (pick: (result: IndexingResult) => number): number =>
    results.reduce((total, { result }) => total + pick(result), 0)
  const docs = sum((result) => result.docCount)
  const rejected = sum((result) => result.rejectedCount)
  if (context.format === 'json') {
    const document = {
      schema: 'qw-lambda/ingest/1',
      run_id: results.at(-1)?.result.runId ?? null,
      sources: results.map(({ path, result }) => ({
        uri: path === '-' ? 'stdin' : result.sourceUri,
        bytes: result.sourceBytes,
        docs: result.docCount,
        rejected: result.rejectedCount,
        status: result.state === 'alreadyIndexed' ? 'skipped' : result.state,
        splits: result.splitIds.length,
      })),
      docs,
      rejected,
      bytes: sum((result) => result.sourceBytes),
      elapsed_ms: Math.round(elapsedMs),
      searchable_ms: Math.round(elapsedMs),
    }
    await context.out.write(`${JSON.stringify(document)}\n`)
  } else {
    await context.out.write(`${formatCount(docs)} documents indexed, ${formatCount(rejected)} rejected\n`)
    if (rejected > 0) showReasons(context, results)
  }
  return rejected > 0 ? EXIT.partial : EXIT.ok
}

function showReasons(context: CliContext, results: readonly FileResult[]): void {
  const reasons = results.flatMap(({ result }) => result.rejectReasons)
  const rows = reasons.map((reason) => [
    formatCount(reason.count),
    reason.path ?? '',
    reason.reason,
    String(reason.firstLine),
  ])
  const columns = [{ name: 'rejected', align: 'right' as const }, { name: 'field' }, { name: 'reason' }, { name: 'first line', align: 'right' as const }]
  context.report.note(drawTable({ columns, rows }, { width: 100, style: context.out.style }).trimEnd())
  context.report.hint('Look at them: qw-lambda ingest failures')
}

function maxRejects(onError: string | undefined, limit: string | undefined): MaxRejects {
  if (onError === 'abort') return { kind: 'count', count: 0 }
  if (limit === undefined) return { kind: 'fraction', fraction: DEFAULT_MAX_FRACTION }
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(limit)
  if (match === null) throw new QwError('invalid', `--max-errors takes a number or a percentage, not \`${limit}\``)
  const value = Number(match[1])
  return match[2] === '%' ? { kind: 'fraction', fraction: value / 100 } : { kind: 'count', count: Math.floor(value) }
}

function tooManyRejects(path: string, result: IndexingResult): QwError {
  const top = result.rejectReasons[0]
  return new QwError('invalid', `${path}: too many rejected documents (${formatCount(result.rejectedCount)} of ${formatCount(result.rejectedCount + result.docCount)})`, {
    code: 'INGEST-REJECTS',
    ...(top === undefined ? {} : { why: `mostly: ${top.reason} (first on line ${top.firstLine})` }),
    fix: 'mend the data or the mapping, or allow more: --max-errors 50%',
  })
}
