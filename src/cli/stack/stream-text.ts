import { formatUsd } from '../../cost/format.ts'
import { DEFAULT_ASSUMPTIONS } from '../../cost/assumptions.ts'
import { estimateCost } from '../../cost/model.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { Fact } from '../format/facts.ts'
import { plural } from '../format/number.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { SampleStream, SampleStreamState } from './sample-stream.ts'

export function streamFacts(
  state: SampleStreamState,
  {
    stream,
    nowMs,
    zone,
  }: { readonly stream: SampleStream; readonly nowMs: number; readonly zone: Zone },
): Fact[] {
  const at = (ms: number): string => formatTime(ms, zone, 'seconds')
  return [
    ['generator', describeState(state)],
    ['batch', `${plural(state.docsPerBatch, 'document')} into ${state.indexId}`],
    ...(state.seed === undefined ? [] : [['seed', String(state.seed)] as const]),
    [
      'last',
      state.lastRunMs === undefined
        ? 'never'
        : `${at(state.lastRunMs)}, ${formatDuration(nowMs - state.lastRunMs)} ago`,
    ],
    ['next', describeNext(state, nowMs)],
    ['cost', describeCost(stream, state)],
  ]
}

export function describeState(state: SampleStreamState): string {
  if (state.paused) return 'paused'
  const every = `every ${formatDuration(state.everyMs)}`
  return state.isScheduled ? `on, ${every}` : `on, ${every} while serving`
}

function describeNext(state: SampleStreamState, nowMs: number): string {
  if (state.paused) return 'none (qw-lambda generator resume)'
  if (state.nextRunMs === undefined)
    return 'when it is served (qw-lambda serve), or now: qw-lambda generator run'
  const inMs = state.nextRunMs - nowMs
  return inMs <= 0 ? 'due now' : `in ${formatDuration(inMs)}`
}

/** What the stream adds to a month's bill, generator and indexer and storage together. */
export function streamUsdPerMonth(
  state: Pick<SampleStreamState, 'everyMs' | 'docsPerBatch' | 'paused'>,
): number {
  if (state.paused) return 0
  const without = { ...DEFAULT_ASSUMPTIONS, generatorOn: false, everySeconds: 'never' } as const
  const share = state.docsPerBatch / DEFAULT_ASSUMPTIONS.docsPerBatch
  const { indexSeconds, runOverheadSeconds, generatorSeconds, mergeSeconds } = DEFAULT_ASSUMPTIONS
  const withStream = {
    ...DEFAULT_ASSUMPTIONS,
    everySeconds: state.everyMs / 1_000,
    docsPerBatch: state.docsPerBatch,
    indexSeconds: runOverheadSeconds + (indexSeconds - runOverheadSeconds) * share,
    generatorSeconds: generatorSeconds * share,
    mergeSeconds: mergeSeconds * share,
  }
  return estimateCost(withStream).totalUsd - estimateCost(without).totalUsd
}

export function describeCost(stream: SampleStream, state: SampleStreamState): string {
  const inAws = formatUsd(streamUsdPerMonth({ ...state, paused: false }))
  if (stream.target === 'local')
    return `$0.00 a month here; this stream in AWS: about ${inAws} a month`
  return `about ${formatUsd(streamUsdPerMonth(state))} a month`
}
