import { runDeletes, type DeletesResult } from '../../engine/indexing/deletes.ts'
import { findInSnapshots, type SnapshotHolding } from '../../engine/indexing/snapshot-holdings.ts'
import { DELETION_GRACE_MS } from '../../engine/metastore/index-file-changes.ts'
import type { DeleteQuery } from '../../engine/metastore/delete-task.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { parseQueryString } from '../../engine/query/query-string.ts'
import { checkDeleteQuery, docMatcher } from '../../engine/search/match-docs.ts'
import { searchRoot } from '../../engine/search/root.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { QwError } from '../../engine/errors.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { flag, text } from '../command/option.ts'
import { printJson } from '../command/rows.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { readTimeNs } from '../command/time-argument.ts'
import { floorDiv } from '../format/time.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'

export const deleteDocsCommand = defineCommand({
  description:
    'Searches everything that is published now and writes the splits with a match anew. What cannot be undone: there is no copy.',
  args: [['<query>', 'which documents, as for search']],
  options: {
    index: text('--index <id>', 'index id (the stack’s default)'),
    since: text('--since <time>', 'only from this time on: 2026-11-23, now-2h, RFC 3339, Unix'),
    until: text('--until <time>', 'only before this time'),
    dryRun: flag('--dry-run', 'count them, and delete nothing'),
    confirm: text('--confirm <id>', 'the index id, typed out'),
  },
  examples: [
    'qw-lambda delete-docs "customer_id:4711" --dry-run',
    'qw-lambda delete-docs "customer_id:4711" --confirm orders',
  ],
  async run(context, { args, options }) {
    const [queryText = ''] = args
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const nowMs = context.clock.nowMs()
    const query: DeleteQuery = {
      dialect: 'native',
      text: queryText,
      searchFields: undefined,
      startTimestamp: wholeSeconds('--since', options.since, nowMs),
      endTimestamp: wholeSeconds('--until', options.until, nowMs),
    }
    checkDeleteQuery(await stack.indexing.metastore.load(indexId, context.signal), query, nowMs)
    const found = await countDocs(context, stack, { indexId, query })
    if (found === 0 || options.dryRun === true) {
      const every = { query, createdMs: nowMs, opstamp: Infinity }
      const held = await heldBySnapshots(context, stack, { indexId, task: every })
      // What snapshots alone have must not come back with them: the task sees to it.
      if (held.length === 0 || options.dryRun === true) {
        return await sayFound(context, { indexId, queryText, found, held })
      }
    }
    await context.prompts.typedName({
      message: `This erases ${plural(found, 'document')} of ${indexId} for good`,
      name: indexId,
      given: options.confirm,
    })
    const task = await stack.indexing.metastore.addDeleteTask(indexId, query)
    const result = await erase(context, stack, indexId)
    const held = await heldBySnapshots(context, stack, { indexId, task })
    const { opstamp } = task
    return await sayErased(context, stack, { indexId, queryText, found, held, opstamp, result })
  },
})

/** Throws `invalid` for a bound between two seconds, which would erase more than was asked for, or less.
 *  One that counts back from now never erases more: it ends at the whole second inside. */
export function wholeSeconds(
  flag: '--since' | '--until',
  value: string | undefined,
  nowMs: number,
): number | undefined {
  if (value === undefined) return undefined
  const ns = readTimeNs(flag, value, nowMs)
  const before = floorDiv(ns, NS_PER_SECOND)
  const isWhole = ns === before * NS_PER_SECOND
  if (isWhole || isRelative(value)) {
    return Number(isWhole || flag === '--until' ? before : before + 1n)
  }
  throw new QwError('invalid', `${flag} \`${value}\` is not a whole second`, {
    fix: `give a whole second, and put the rest into the query: ${flag} ${before}`,
  })
}

const NS_PER_SECOND = 1_000_000_000n

function isRelative(value: string): boolean {
  return /^(now|\d+\s*[a-z])/i.test(value.trim())
}

interface Asked {
  readonly indexId: string
  readonly query: DeleteQuery
}

async function countDocs(
  context: CliContext,
  stack: DataStack,
  { indexId, query }: Asked,
): Promise<number> {
  const { numHits } = await searchRoot(
    {
      indexIdPatterns: [indexId],
      missingIndexes: 'error',
      query: parseQueryString(query.text, { defaultOperator: 'and' }),
      startTimestamp: query.startTimestamp,
      endTimestamp: query.endTimestamp,
      maxHits: 0,
      startOffset: 0,
      sort: [],
      countAll: true,
      snippetFields: [],
      allowFailedSplits: false,
    },
    stack.search,
    context.signal,
  )
  return numHits
}

async function erase(
  context: CliContext,
  stack: DataStack,
  indexId: string,
): Promise<DeletesResult> {
  const phase = context.report.phase(`Erasing from ${indexId}`)
  const result = await runDeletes(stack.indexing, {
    indexId,
    matchDocs: docMatcher(stack.indexing.metastore.store),
    signal: context.signal,
    onProgress: ({ doneSplitCount, splitCount, erasedDocCount }) =>
      phase.progress({
        done: doneSplitCount,
        total: splitCount,
        unit: 'objects',
        detail: `${formatCount(erasedDocCount)} erased`,
      }),
  })
  const isDone = result.failures.length === 0 && !result.incomplete
  if (isDone) phase.succeed(`Erased ${plural(result.erasedDocCount, 'document')} from ${indexId}`)
  else phase.fail()
  return result
}

/** Splits of snapshots are not rewritten: that they still hold the documents has to be said. */
async function heldBySnapshots(
  context: CliContext,
  stack: DataStack,
  asked: Pick<Parameters<typeof findInSnapshots>[1], 'indexId' | 'task'>,
): Promise<SnapshotHolding[]> {
  const matchDocs = docMatcher(stack.indexing.metastore.store)
  return await findInSnapshots(stack.indexing, { ...asked, matchDocs, signal: context.signal })
}

function warnOfSnapshots(context: CliContext, { indexId, held }: Erasure): void {
  for (const { name, docCount } of held) {
    const what =
      docCount === undefined
        ? 'could not be searched and may hold some of them'
        : `still holds ${plural(docCount, 'document')} of them`
    context.report.warn(
      `The snapshot ${name} ${what}. A restore leaves them out; the bytes stay until it is deleted.`,
      `qw-lambda index snapshot delete ${name} --index ${indexId} --confirm ${name}`,
    )
  }
}

function snapshotDocuments({ held }: Erasure): { name: string; docs: number | null }[] {
  return held.map(({ name, docCount }) => ({ name, docs: docCount ?? null }))
}

interface Erasure {
  readonly indexId: string
  readonly queryText: string
  readonly held: readonly SnapshotHolding[]
  /** Before it began. */
  readonly found: number
}

async function sayFound(context: CliContext, erasure: Erasure): Promise<ExitCode> {
  const { indexId, queryText, found } = erasure
  if (context.format === 'json') {
    await printJson(context, {
      schema: 'qw-lambda/delete-docs/1',
      id: indexId,
      query: queryText,
      state: 'not-begun',
      docs_found: found,
      docs_erased: 0,
      splits_rewritten: 0,
      splits_dropped: 0,
      splits_left: 0,
      failures: [],
      snapshots: snapshotDocuments(erasure),
    })
  } else {
    const verb = found === 1 ? 'matches' : 'match'
    context.report.note(`${plural(found, 'document')} of ${indexId} ${verb}. Nothing was erased.`)
  }
  warnOfSnapshots(context, erasure)
  return EXIT.ok
}

async function sayErased(
  context: CliContext,
  stack: DataStack,
  erasure: Erasure & { readonly opstamp: number; readonly result: DeletesResult },
): Promise<ExitCode> {
  const { indexId, queryText, found, opstamp, result } = erasure
  const file = await stack.indexing.metastore.load(indexId)
  const task = file.deleteTasks.find((known) => known.opstamp === opstamp)
  const isFinished = task?.finishedMs !== undefined
  if (context.format === 'json') {
    await printJson(context, {
      schema: 'qw-lambda/delete-docs/1',
      id: indexId,
      query: queryText,
      state: isFinished ? 'done' : 'unfinished',
      docs_found: found,
      docs_erased: task?.erasedDocCount ?? result.erasedDocCount,
      splits_rewritten: task?.rewrittenSplitCount ?? result.rewrittenSplitCount,
      splits_dropped: task?.droppedSplitCount ?? result.droppedSplitCount,
      splits_left: publishedSplits(file).filter((split) => split.deleteOpstamp < opstamp).length,
      failures: result.failures.map(({ splitId, error }) => ({ split_id: splitId, error })),
      snapshots: snapshotDocuments(erasure),
    })
  } else if (task !== undefined) {
    const parts = [
      `${plural(task.rewrittenSplitCount, 'split')} written anew`,
      `${formatCount(task.droppedSplitCount)} dropped`,
      `${formatBytes(task.erasedSplitBytes)} of old objects go in ${formatDuration(DELETION_GRACE_MS)}`,
    ]
    context.report.note(`${parts.join(' · ')}.`)
    context.report.hint(
      'Lists of rejected documents and the files that were read are not searched: look for it there too.',
    )
  }
  warnOfSnapshots(context, erasure)
  for (const { splitId, error } of result.failures) {
    context.report.warn(`split ${splitId} could not be searched: ${error}`)
  }
  if (isFinished) return EXIT.ok
  context.report.warn(
    'The erasure is unfinished.',
    'the next indexing goes on with it; or run the same command again',
  )
  return context.signal.aborted ? EXIT.interrupted : EXIT.failed
}
