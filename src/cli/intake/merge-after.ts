import { messageOf } from '../../engine/errors.ts'
import { LIST_EVERY_MS, runJanitor } from '../../engine/indexing/janitor.ts'
import { eligibleMerges, runMerges } from '../../engine/indexing/merge.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { mayMergeBehind, mergeBehind } from '../stack/merges-behind.ts'

/** What somebody at a terminal waits for, so that most ingests leave no process behind. */
const IN_FRONT_MS = 2_000

interface MergesDue {
  readonly indexId: string
  /** `later`: nothing is merged before the command returns; the first hits do not wait for it. */
  readonly when: 'now' | 'later'
}

/** Small splits make searches slow; a failure here takes nothing from what was indexed. */
export async function mergeAfter(
  context: CliContext,
  stack: DataStack,
  { indexId, when }: MergesDue,
): Promise<void> {
  const { folder, name } = stack
  const place = folder !== undefined && mayMergeBehind(context) ? { folder, name } : undefined
  if (when === 'later' && place === undefined) return
  const isDue = async (): Promise<boolean> => {
    const file = await stack.indexing.metastore.load(indexId, context.signal)
    return eligibleMerges(file, context.clock.nowMs()).length > 0
  }
  try {
    if (!(await isDue())) return
    const limitMs = place === undefined ? undefined : IN_FRONT_MS
    const isDone = when === 'now' && (await mergeHere(context, stack, { indexId, limitMs }))
    if (isDone || place === undefined || context.signal.aborted) return
    const { env, clock } = context
    const isStarted = await mergeBehind(place, { indexId, env, startedMs: clock.nowMs() })
    if (isStarted)
      context.report.hint('Small splits are merged in the background: qw-lambda status')
    else if (when === 'now') await mergeHere(context, stack, { indexId, limitMs: undefined })
  } catch (error) {
    if (!context.signal.aborted) context.report.warn(`merging failed: ${messageOf(error)}`)
  }
}

/** Whether nothing is left to merge. */
async function mergeHere(
  context: CliContext,
  stack: DataStack,
  { indexId, limitMs }: { readonly indexId: string; readonly limitMs: number | undefined },
): Promise<boolean> {
  const { clock, report, signal } = context
  const limits = limitMs === undefined ? {} : { deadlineMs: clock.nowMs() + limitMs }
  const phase = report.phase('Merging small splits')
  try {
    const merges = await runMerges(stack.indexing, { indexId, signal, ...limits })
    phase.succeed(
      `Merged ${plural(merges.mergedSplitCount, 'split')} into ${formatCount(merges.mergeCount)}`,
    )
    for (const { error } of merges.failures) report.warn(`a merge failed: ${error}`)
    return !merges.incomplete
  } catch (error) {
    phase.fail()
    throw error
  }
}

/** For a stack that nobody serves: what is past its retention or was replaced goes at the next ingest.
 *  A GET where nothing is. */
export async function cleanUpAfter(
  context: CliContext,
  stack: DataStack,
  indexId: string,
): Promise<void> {
  try {
    const request = { indexId, listEveryMs: LIST_EVERY_MS, signal: context.signal }
    await runJanitor(stack.indexing, request)
  } catch (error) {
    if (!context.signal.aborted) context.report.warn(`the clean-up failed: ${messageOf(error)}`)
  }
}
