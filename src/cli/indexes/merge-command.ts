import { regionBook } from '../../cost/region-prices.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import type { PriceId } from '../../cost/price-book.ts'
import { type MergesResult, runMerges } from '../../engine/indexing/merge.ts'
import { type MergePreview, previewMerges } from '../../engine/indexing/preview-merges.ts'
import { DELETION_GRACE_MS } from '../../engine/metastore/index-file-changes.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { flag, integer } from '../command/option.ts'
import { printJson } from '../command/rows.ts'
import { formatBytes, plural } from '../format/number.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'

export const indexMergeCommand = defineCommand({
  description:
    'Ingests, `serve` and every hour the deployment merge by themselves as the index’s merge policy says; here it is done now. With --target-docs neighbours in time are merged up to so many documents, whatever the policy and their age say: fewer splits to open for each search. The work is done on this machine, where the splits of a deployment are brought to and sent back from.',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    targetDocs: integer('--target-docs <count>', 'merge neighbours up to so many documents', 2),
    dryRun: flag('--dry-run', 'tell what would be merged and what that costs'),
  },
  examples: [
    'qw-lambda index merge orders --dry-run',
    'qw-lambda index merge orders --target-docs 5_000_000',
  ],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const id = await currentIndex(context, stack, args[0])
    const { targetDocs } = options
    const wanted = targetDocs === undefined ? {} : { targetDocs }
    const file = await stack.indexing.metastore.load(id, context.signal)
    const preview = previewMerges(file, context.clock.nowMs(), wanted)
    const usd = stack.folder === undefined ? costUsd(context, preview) : undefined
    const isDry = options.dryRun === true || preview.mergeCount === 0
    const result = isDry ? undefined : await merge(context, stack, { indexId: id, ...wanted })
    const after = isDry
      ? preview.publishedAfter
      : publishedSplits(await stack.indexing.metastore.load(id)).length
    const merging: Merging = { id, preview, result, after, usd }
    if (context.format === 'json') await printJson(context, documentOf(merging))
    else show(context, merging)
    return exitCodeOf(context, result)
  },
})

interface Merging {
  readonly id: string
  readonly preview: MergePreview
  /** Undefined: a dry run, or nothing to merge. */
  readonly result: MergesResult | undefined
  /** Published splits then. */
  readonly after: number
  /** Undefined for a stack of this machine. */
  readonly usd: number | undefined
}

/** Every input is read and leaves AWS, every output and the metastore file are written. */
function costUsd(context: CliContext, { mergeCount, readSplitCount, readBytes }: MergePreview) {
  const { book } = regionBook(context.settings.get('region') ?? 'us-east-1')
  const price = (id: PriceId): number => book.prices[id].tiers[0].usd / book.prices[id].per
  const requests = readSplitCount * price('s3Read') + 2 * mergeCount * price('s3Write')
  return requests + (readBytes / 1e9) * price('dataOutGb')
}

async function merge(
  context: CliContext,
  stack: DataStack,
  request: { readonly indexId: string; readonly targetDocs?: number },
): Promise<MergesResult> {
  const phase = context.report.phase(`Merging ${request.indexId}`)
  try {
    const result = await runMerges(stack.indexing, {
      ...request,
      signal: context.signal,
      onProgress: ({ mergeCount, splitCount, sizeBytes, waitingCount }) =>
        phase.progress({
          done: mergeCount,
          total: mergeCount + 1 + waitingCount,
          unit: 'batches',
          detail: `${plural(splitCount, 'split')}, ${formatBytes(sizeBytes)}`,
        }),
    })
    if (result.failures.length > 0 || context.signal.aborted) phase.fail()
    else phase.succeed()
    return result
  } catch (error) {
    phase.fail()
    throw error
  }
}

function documentOf({ id, preview, result, after, usd }: Merging) {
  return {
    schema: 'qw-lambda/index-merge/1',
    id,
    dry_run: result === undefined,
    splits_before: preview.publishedBefore,
    splits_after: after,
    merges: result?.mergeCount ?? preview.mergeCount,
    bytes_read: preview.readBytes,
    usd: usd ?? null,
    failures: (result?.failures ?? []).map(({ splitIds, error }) => ({
      split_ids: splitIds,
      error,
    })),
  }
}

function show(context: CliContext, { id, preview, result, after, usd }: Merging): void {
  const { report } = context
  const { mergeCount, publishedBefore, readBytes } = preview
  if (mergeCount === 0) {
    report.note(`Nothing of ${id} is to be merged: ${plural(publishedBefore, 'split')}.`)
    report.hint('Beyond what its merge policy says: --target-docs 10_000_000')
    return
  }
  const splits = `${plural(publishedBefore, 'split')} -> ${after}`
  const bytes = `${formatBytes(readBytes)} read and about as much written`
  const cost = usd === undefined ? '' : ` · ${formatSmallUsd(usd)} of AWS, mostly for leaving it`
  if (result === undefined) {
    report.note(`${id}: ${splits} by ${plural(mergeCount, 'merge')} · ${bytes}${cost}`)
    return
  }
  report.note(`${id}: ${splits} by ${plural(result.mergeCount, 'merge')}${cost}`)
  report.hint(
    `What was merged away goes in ${formatDuration(DELETION_GRACE_MS)}: qw-lambda index gc ${id}`,
  )
  for (const { splitIds, error } of result.failures) {
    report.warn(`${splitIds.join(', ')} could not be merged: ${error}`)
  }
}

function exitCodeOf(context: CliContext, result: MergesResult | undefined): ExitCode {
  if (context.signal.aborted) return EXIT.interrupted
  return (result?.failures.length ?? 0) > 0 ? EXIT.partial : EXIT.ok
}
