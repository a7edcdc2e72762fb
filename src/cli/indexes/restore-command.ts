import { copyIndex } from '../../engine/indexing/copy-index.ts'
import { restoreSnapshot } from '../../engine/indexing/restore.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { findSnapshot } from '../../engine/metastore/snapshots.ts'
import { docMatcher } from '../../engine/search/match-docs.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { flag, text } from '../command/option.ts'
import { printJson } from '../command/rows.ts'
import { zoneOf } from '../command/time-zone.ts'
import { formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { showCopy } from './copy-progress.ts'

export const indexRestoreCommand = defineCommand({
  description:
    'In place, the index is again what it was, by one write: documents since are gone, and their files can be indexed again. With --as a new index is made, and the other stays as it is. Documents that were erased since the snapshot do not come back.',
  args: [['<snapshot>', 'its name; index snapshot list has them']],
  options: {
    index: text('--index <id>', 'index id (the stack’s default)'),
    as: text('--as <id>', 'make a new index of this id'),
    keepCheckpoints: flag('--keep-checkpoints', 'files indexed since stay marked as indexed'),
    dryRun: flag('--dry-run', 'say what would come and go, and stop'),
    confirm: text('--confirm <id>', 'the index id, typed out'),
  },
  examples: [
    'qw-lambda index restore before-cleanup --index orders --dry-run',
    'qw-lambda index restore before-cleanup --index orders --confirm orders',
    'qw-lambda index restore before-cleanup --index orders --as orders-monday',
  ],
  async run(context, { args: [name = ''], options }) {
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const { indexing } = stack
    const { signal } = context
    const file = await indexing.metastore.load(indexId, signal)
    const record = findSnapshot(file, name)
    const nowDocs = publishedSplits(file).reduce((sum, { docCount }) => sum + docCount, 0)
    const taken = formatTime(record.createdMs, zoneOf(context), 'seconds')
    const answer = { context, indexId, name, target: options.as }
    if (options.dryRun === true) {
      const change =
        options.as === undefined
          ? `${formatCount(nowDocs)} documents of now would become`
          : `${options.as} would have`
      context.report.note(`${change} the ${formatCount(record.docCount)} of ${taken}.`)
      return await say(answer, { state: 'not-begun', docCount: record.docCount })
    }
    const matchDocs = docMatcher(indexing.metastore.store)
    if (options.as !== undefined) {
      const targetId = options.as
      const copied = await showCopy(context, `Restoring ${name} as ${targetId}`, (onProgress) =>
        copyIndex({
          source: indexing,
          indexId,
          name,
          target: indexing,
          targetId,
          matchDocs,
          signal,
          onProgress,
        }),
      )
      return await say(answer, { state: 'done', ...copied })
    }
    await context.prompts.typedName({
      message: `This puts the ${plural(record.docCount, 'document')} of ${taken} in the place of the ${formatCount(nowDocs)} of now`,
      name: indexId,
      given: options.confirm,
    })
    const checkpoint = options.keepCheckpoints === true ? 'kept' : 'restored'
    const request = { indexId, name, checkpoint, matchDocs, signal } as const
    const restored = await restoreSnapshot(indexing, request)
    return await say(answer, { state: 'done', ...restored })
  },
})

interface Answer {
  readonly context: CliContext
  readonly indexId: string
  readonly name: string
  readonly target: string | undefined
}

interface Outcome {
  readonly state: 'done' | 'not-begun'
  readonly docCount: number
  readonly splitCount?: number
  readonly withdrawnSplitCount?: number
  readonly erasedDocCount?: number
}

async function say({ context, indexId, name, target }: Answer, outcome: Outcome): Promise<void> {
  const { state, docCount, splitCount, withdrawnSplitCount, erasedDocCount = 0 } = outcome
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/index-restore/1',
      id: target ?? indexId,
      snapshot: name,
      state,
      docs: docCount,
      splits: splitCount ?? null,
      splits_withdrawn: withdrawnSplitCount ?? null,
      docs_erased: erasedDocCount,
    })
  }
  if (state === 'not-begun') return
  context.report.note(
    `${target ?? indexId} has the ${plural(docCount, 'document')} of the snapshot ${name}.`,
  )
  if (erasedDocCount > 0) {
    context.report.note(
      `${plural(erasedDocCount, 'document')} that were erased since did not come back.`,
    )
  }
}
