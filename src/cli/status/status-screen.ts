import { formatDuration } from '../../engine/dates/duration.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { MergeBehind } from '../stack/merges-behind.ts'
import { describeState } from '../stack/stream-text.ts'
import type { Output } from '../format/streams.ts'
import type { IndexRun, IndexStatus, StackStatus } from './stack-status.ts'

interface StatusView {
  readonly out: Output
  readonly zone: Zone
  readonly nowMs: number
}

/** One screen: the stack, its data, what comes in, what is wrong. */
export function statusScreen(status: StackStatus, { out, zone, nowMs }: StatusView): string {
  const { paint } = out.style
  const facts: Fact[] = [
    ['stack', `${paint.bold(status.name)}, local, ${status.folder}`],
    ['serving', status.url ?? 'no (qw-lambda serve)'],
    ...status.indexes.map((index): Fact => ['index', describeIndex(index, zone, nowMs)]),
    ...(status.indexes.length === 0
      ? [['index', 'none yet (qw-lambda generator run)'] as const]
      : []),
    ['ingest', status.lastRun === undefined ? 'no run yet' : describeRun(status.lastRun, nowMs)],
    ...status.merging.map((merge): Fact => ['merging', describeMerge(merge, nowMs)]),
    ['generator', describeGenerator(status, nowMs)],
    ['cost', '$0.00 a month'],
  ]
  const warnings = status.warnings.flatMap(({ message, fix }): Fact[] => [
    [`${out.style.ascii ? '!' : '▲'} warning`, paint.yellow(message)],
    ['', fix],
  ])
  return drawFacts([...facts, ...warnings], out)
}

function describeIndex(index: IndexStatus, zone: Zone, nowMs: number): string {
  const parts = [
    `${index.id}: ${plural(index.docCount, 'document')}`,
    plural(index.splitCount, 'split'),
    formatBytes(index.sizeBytes),
  ]
  const { minSeconds, maxSeconds } = index
  if (minSeconds !== undefined && maxSeconds !== undefined) {
    parts.push(`from ${formatTime(minSeconds * 1_000, zone, 'minutes')}`)
    const ageMs = nowMs - maxSeconds * 1_000
    parts.push(
      ageMs >= 0
        ? `newest ${formatDuration(ageMs)} ago`
        : `newest ${formatDuration(-ageMs)} ahead of the clock`,
    )
  }
  return parts.join(', ')
}

function describeRun(run: IndexRun, nowMs: number): string {
  const elapsedMs = Math.max(1, run.updatedMs - run.startedMs)
  const perSecond = Math.round((run.docCount / elapsedMs) * 1_000)
  const rejected = run.rejectedCount === 0 ? '' : `, ${formatCount(run.rejectedCount)} rejected`
  const rate = run.docCount === 0 ? '' : `, ${formatCount(perSecond)} a second`
  return `${plural(run.docCount, 'document')}${rejected} into ${run.indexId}, ${run.state}${rate}, ${formatDuration(nowMs - run.updatedMs)} ago`
}

function describeMerge({ indexId, pid, startedMs }: MergeBehind, nowMs: number): string {
  return `${indexId}, for ${formatDuration(Math.max(0, nowMs - startedMs))}, by process ${pid}`
}

function describeGenerator({ generator }: StackStatus, nowMs: number): string {
  const state = `${describeState(generator)}, ${plural(generator.docsPerBatch, 'document')} a batch`
  if (generator.nextRunMs === undefined) return state
  const inMs = generator.nextRunMs - nowMs
  return `${state}, next ${inMs <= 0 ? 'now' : `in ${formatDuration(inMs)}`}`
}
