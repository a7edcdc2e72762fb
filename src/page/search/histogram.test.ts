import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  histogramAggs,
  MAX_SERIES,
  partialNote,
  readHistogram,
  sumHistogram,
  timeParts,
  type HistogramPart,
} from './histogram.ts'

const SECOND = { ms: 1_000, text: '1s' }

function part(totals: [number, number][], series: [string, [number, number][]][] = []) {
  return {
    totals: new Map(totals),
    series: new Map(series.map(([name, counts]) => [name, new Map(counts)])),
  } satisfies HistogramPart
}

test('each of the largest terms is asked for over the whole time', () => {
  const request = { timestampField: 'ts', interval: SECOND, by: 'level' }
  const overTime = { date_histogram: { field: 'ts', fixed_interval: '1s', min_doc_count: 1 } }
  expect(histogramAggs(request)).toEqual({
    totals: overTime,
    by: { terms: { field: 'level', size: 24 }, aggs: { totals: overTime } },
  })
})

test('an answer is read, also without what it does not hold', () => {
  const buckets = [{ key: 1_000, doc_count: 3 }]
  const answer = {
    aggregations: { totals: { buckets }, by: { buckets: [{ key: 200, totals: { buckets } }] } },
  }
  expect(readHistogram(answer)).toEqual(part([[1_000, 3]], [['200', [[1_000, 3]]]]))
  expect(readHistogram({})).toEqual(part([]))
})

test('parts add up to a picture without gaps, the largest series first, then the rest', () => {
  const early = part([[1_000, 5]], [['a', [[1_000, 1]]]])
  const late = part([[3_000, 4]], [['b', [[3_000, 2]]]])
  const picture = sumHistogram([late, early], { startMs: 1_500, endMs: 4_000 }, SECOND)
  expect(picture.starts).toEqual([1_000, 2_000, 3_000])
  expect(picture.totals).toEqual([5, 0, 4])
  expect(picture.series).toEqual([
    { name: 'b', counts: [0, 0, 2] },
    { name: 'a', counts: [1, 0, 0] },
    { name: undefined, counts: [4, 0, 2] },
  ])
})

test('a picture that nothing stacks has no series', () => {
  const picture = sumHistogram([part([[0, 2]])], { startMs: 0, endMs: 1_000 }, SECOND)
  expect(picture).toMatchObject({ totals: [2], series: [] })
})

test('of many terms the smallest are the rest, and nothing is lost', () => {
  const names = Array.from({ length: 12 }, (_, i) => `t${i}`)
  const counts = names.map((name, i): [string, [number, number][]] => [name, [[0, i + 1]]])
  const picture = sumHistogram([part([[0, 78]], counts)], { startMs: 0, endMs: 1_000 }, SECOND)
  expect(picture.series).toHaveLength(MAX_SERIES + 1)
  expect(picture.series[0]?.name).toBe('t11')
  expect(picture.series.map((series) => series.counts[0]).reduce((a = 0, b = 0) => a + b)).toBe(78)
})

test('stretches of the time join to the whole, the latest first, cut between buckets', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 ** 7 }),
      fc.integer({ min: 1, max: 10 ** 6 }),
      fc.constantFrom(1, 10, 1_000, 60_000),
      fc.integer({ min: 1, max: 5 }),
      (startMs, spanMs, intervalMs, count) => {
        const range = { startMs, endMs: startMs + spanMs }
        const parts = timeParts(range, intervalMs, count).toReversed()
        expect(parts.length).toBeLessThanOrEqual(count)
        expect(parts[0]?.startMs).toBe(range.startMs)
        expect(parts.at(-1)?.endMs).toBe(range.endMs)
        for (const [i, { startMs: start, endMs }] of parts.entries()) {
          expect(start).toBeLessThan(endMs)
          if (i === 0) continue
          expect(start).toBe(parts[i - 1]?.endMs)
          expect(start % intervalMs).toBe(0)
        }
      },
    ),
  )
})

test('a bucket that is not over, or reaches beyond what was asked, is marked', () => {
  const bounds = { startMs: 1_500, endMs: 9_000 }
  const note = (startMs: number) => partialNote(startMs, 1_000, { bounds, nowMs: 8_200 })
  expect(note(1_000)).toBe('part')
  expect(note(2_000)).toBeUndefined()
  expect(note(8_000)).toBe('so far')
  expect(note(9_000)).toBe('part')
})
