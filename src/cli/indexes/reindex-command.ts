import { isQwError, QwError } from '../../engine/errors.ts'
import { reindex, type ReindexRequest, type ReindexResult } from '../../engine/indexing/reindex.ts'
import type { DeleteQuery } from '../../engine/metastore/delete-task.ts'
import { askedConfig } from '../../engine/metastore/past-mappings.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import { bindDeleteQuery, docMatcher } from '../../engine/search/match-docs.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { noteRows } from '../command/note-rows.ts'
import { choice, flag, text } from '../command/option.ts'
import { missingFlags } from '../command/prompts.ts'
import { printJson } from '../command/rows.ts'
import { shellWord } from '../command/shell-word.ts'
import { zoneOf } from '../command/time-zone.ts'
import { formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { readConfigFile } from '../intake/config-file.ts'
import { mergedReasons, REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import { rejectLimit } from '../intake/reject-limit.ts'
import { failuresCommand } from '../intake/run-ingest.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { wholeSeconds } from './delete-docs-command.ts'

const EXAMPLE = 'qw-lambda index reindex orders --into orders-2 -f orders-2.yaml'

export const indexReindexCommand = defineCommand({
  description:
    'For what index update refuses: documents are read back from the splits and indexed by the mapping of another index of the same stack, each exactly once. The index that is read stays as it is, pinned meanwhile: what it gets after the beginning is not brought. Stopped, the same command goes on.',
  args: [
    ['[id]', 'index that is read (the stack’s default)'],
    ['[query]', 'which documents, as for search (all)'],
  ],
  options: {
    into: text('--into <id>', 'index that the documents go into'),
    file: text('-f, --file <config>', 'make that index with this config, if it is missing'),
    create: flag('--create', 'make it if it is missing; without -f with the config of the first'),
    since: text('--since <time>', 'only from this time on: 2026-11-23, now-2h, RFC 3339, Unix'),
    until: text('--until <time>', 'only before this time'),
    maxErrors: text('--max-errors <n|%>', 'stop above this many rejected documents (1 %)'),
    onError: choice('--on-error <what>', 'rejected documents: keep them, skip, or abort', [
      'dead-letter',
      'skip',
      'abort',
    ]),
    force: flag('--force', 'also what was brought before, which is there twice then'),
  },
  examples: [EXAMPLE, 'qw-lambda index reindex orders status:failed --into failed --create'],
  async run(context, { args, options }) {
    const { into: targetId, since, until } = options
    if (targetId === undefined) throw missingFlags(['--into'], EXAMPLE)
    const maxRejects = rejectLimit(options.onError, options.maxErrors)
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, args[0])
    if (indexId === targetId) throw intoItself(indexId)
    const { metadata } = await stack.indexing.metastore.load(indexId, context.signal)
    const [, query = '*'] = args
    const queryAt = (nowMs: number): DeleteQuery => ({
      dialect: 'native',
      text: query,
      searchFields: undefined,
      startTimestamp: wholeSeconds('--since', since, nowMs),
      endTimestamp: wholeSeconds('--until', until, nowMs),
    })
    // A query with a mistake is told before anything is made.
    const nowMs = context.clock.nowMs()
    bindDeleteQuery(askedConfig(metadata), queryAt(nowMs), nowMs)
    const { file, create } = options
    if (file !== undefined || create === true) {
      await makeTarget(context, stack, { targetId, file, like: metadata.config })
    } else await mustBeThere(context, stack, { indexId, targetId })
    const result = await bring(context, stack, {
      indexId,
      targetId,
      words: [query, since ?? '', until ?? ''],
      queryAt,
      again: options.force === true,
      matchDocs: docMatcher(stack.indexing.metastore.store),
      maxRejects,
      rejects: options.onError === 'skip' ? 'drop' : 'keep',
      signal: context.signal,
    })
    return await tell(context, { indexId, targetId, result })
  },
})

interface Target {
  readonly targetId: string
  readonly file: string | undefined
  readonly like: IndexConfig
}

async function makeTarget(
  context: CliContext,
  stack: DataStack,
  { targetId, file, like }: Target,
): Promise<void> {
  const { config, notes } =
    file === undefined ? likeOther(like, targetId) : await readConfigFile(file)
  for (const note of notes) context.report.note(note)
  if (config.indexId !== targetId) {
    throw new QwError(
      'invalid',
      `${file} is the config of \`${config.indexId}\`, not of ${targetId}`,
      {
        code: 'INDEX-CONFIG',
        fix: `write index_id: ${targetId} in it, or say --into ${config.indexId}`,
      },
    )
  }
  try {
    await stack.indexing.metastore.createIndex(config)
    context.report.note(`Created index ${targetId}`)
  } catch (error) {
    // Made before, by this command or by hand.
    if (!isQwError(error) || error.code !== 'INDEX-EXISTS') throw error
  }
}

async function mustBeThere(
  context: CliContext,
  { indexing: { metastore } }: DataStack,
  { indexId, targetId }: Pick<Told, 'indexId' | 'targetId'>,
): Promise<void> {
  try {
    await metastore.load(targetId, context.signal)
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
    throw new QwError('notFound', `there is no index \`${targetId}\``, {
      code: 'INDEX-NONE',
      fix: `make it with the config that it shall have: -f FILE\nor with the config of ${indexId}: --create`,
      cause: error,
    })
  }
}

/** Where the other one lies says nothing about this one. */
function likeOther(like: IndexConfig, indexId: string) {
  return { config: { ...like, indexId, indexUri: undefined }, notes: [] }
}

async function bring(
  context: CliContext,
  { indexing }: DataStack,
  request: ReindexRequest,
): Promise<ReindexResult> {
  const phase = context.report.phase(`Reading ${request.indexId} into ${request.targetId}`)
  try {
    const result = await reindex(indexing, {
      ...request,
      onProgress: ({ doneDocCount, totalDocCount, rejectedCount }) =>
        phase.progress({
          done: doneDocCount,
          total: totalDocCount,
          unit: 'docs',
          detail: rejectedCount === 0 ? '' : `${formatCount(rejectedCount)} rejected`,
        }),
    })
    if (result.state === 'done') phase.succeed()
    else phase.fail()
    return result
  } catch (error) {
    phase.fail()
    throw error
  }
}

interface Told {
  readonly indexId: string
  readonly targetId: string
  readonly result: ReindexResult
}

async function tell(context: CliContext, told: Told): Promise<ExitCode> {
  const { targetId, result } = told
  const { state, rejectedCount } = result
  if (context.format === 'json') await printJson(context, documentOf(told))
  else show(context, told)
  if (context.signal.aborted) {
    context.report.note('Stopped. The same command goes on from here.')
    throw context.signal.reason
  }
  if (state === 'tooManyRejects') throw tooMany(told)
  if (rejectedCount === 0) return EXIT.ok
  context.report.hint(`Look at them: ${failuresCommand(targetId)}`)
  return EXIT.partial
}

function documentOf({ indexId, targetId, result }: Told) {
  return {
    schema: 'qw-lambda/index-reindex/1',
    id: indexId,
    into: targetId,
    state: result.state,
    as_of: new Date(result.pinnedMs).toISOString(),
    docs: result.docCount,
    rejected: result.rejectedCount,
    erased: result.erasedDocCount,
    splits_read: result.readSplitCount,
    splits_found: result.foundSplitCount,
    splits_written: result.splitCount,
    reasons: mergedReasons(result.rejectReasons).map(({ path, reason, count }) => ({
      path: path ?? null,
      reason,
      count,
    })),
    erasures_since: result.erasuresSince.map(({ query: { text } }) => text),
  }
}

function show(context: CliContext, { indexId, targetId, result }: Told): void {
  const { report } = context
  const { docCount, rejectedCount, foundSplitCount, erasedDocCount, pinnedMs } = result
  const rejected = `${formatCount(rejectedCount)} rejected`
  report.note(`${plural(docCount, 'document')} of ${indexId} brought into ${targetId}, ${rejected}`)
  if (foundSplitCount > 0) {
    report.note(`Those of ${plural(foundSplitCount, 'split')} had been brought before.`)
  }
  if (erasedDocCount > 0) {
    report.note(`${plural(erasedDocCount, 'document')} that were erased since were left out.`)
  }
  const reasons = mergedReasons(result.rejectReasons)
  if (reasons.length > 0) noteRows(context, REASON_COLUMNS, reasons.map(reasonRow))
  const asOf = formatTime(pinnedMs, zoneOf(context), 'seconds')
  if (result.state === 'done') {
    report.hint(`It is as of ${asOf}: what ${indexId} got since is not in ${targetId}.`)
  }
  for (const { query } of result.erasuresSince) {
    report.warn(
      `${shellWord(query.text)} was erased from ${indexId} meanwhile: what had been brought before is in ${targetId}`,
      `qw-lambda delete-docs ${shellWord(query.text)} --index ${targetId}`,
    )
  }
}

function tooMany({ indexId, targetId, result }: Told): QwError {
  const [top] = mergedReasons(result.rejectReasons)
  return new QwError(
    'invalid',
    `${plural(result.rejectedCount, 'document')} of ${indexId} do not fit ${targetId}`,
    {
      code: 'DOC-REJECTED',
      why:
        top === undefined
          ? undefined
          : `${top.path === undefined ? '' : `\`${top.path}\`: `}${top.reason}`,
      fix: `look at them: ${failuresCommand(targetId)}\nthen change its config (qw-lambda index update), or let them be: --max-errors 100%`,
    },
  )
}

function intoItself(indexId: string): QwError {
  return new QwError('invalid', `index ${indexId} would be read into itself`, {
    code: 'USAGE',
    fix: 'name another index with --into',
  })
}
