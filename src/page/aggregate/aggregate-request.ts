import { postJson } from '../api/client.ts'
import { describeIndex, type IndexFacts } from '../api/indexes.ts'
import { countBody, readTotal, type SearchWish } from '../search/search-request.ts'
import { currentWish } from '../state/wish.ts'
import { readRfc3339 } from '../time/instant.ts'
import { chooseInterval, type Interval } from '../time/range.ts'
import { aggregateInterval } from '../words/view-drawing.ts'
import { readResult, specAggs, type AggregateResult, type AggregateSpec } from './spec.ts'

const BUCKETS = 120

export interface Aggregated extends AggregateResult {
  readonly total: number
  readonly interval: Interval
}

/** Asks for what was chosen; groups over time are as wide as fits the time that is looked at. */
export async function askAggregate(
  index: IndexFacts,
  spec: AggregateSpec,
  signal: AbortSignal,
): Promise<Aggregated> {
  const wish = currentWish(index)
  const { timestampField } = index.mapping
  const interval =
    spec.group === 'time' ? await fittingInterval(index.id, wish, signal) : aggregateInterval.value
  aggregateInterval.value = interval
  const aggs = specAggs(spec, { timestampField, interval: interval.text })
  const path = `_elastic/${encodeURIComponent(index.id)}/_search`
  const answer = await postJson(path, countBody(wish, aggs), signal)
  const total = readTotal(answer)
  return { ...readResult(answer, total, spec), total, interval }
}

async function fittingInterval(
  id: string,
  { from, to }: SearchWish,
  signal: AbortSignal,
): Promise<Interval> {
  const { times } = await describeIndex(id, signal)
  const ms = (text: string | undefined): number | undefined => {
    const ns = text === undefined ? undefined : readRfc3339(text)
    return ns === undefined ? undefined : Number(ns / 1_000_000n)
  }
  const startMs = Math.max(ms(from) ?? -Infinity, times?.startMs ?? -Infinity)
  const endMs = Math.min(ms(to) ?? Infinity, times?.endMs ?? Infinity)
  const isKnown = Number.isFinite(startMs) && Number.isFinite(endMs)
  return isKnown ? chooseInterval(startMs, endMs, BUCKETS) : aggregateInterval.value
}
