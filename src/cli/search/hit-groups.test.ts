import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringifyJson } from '../../engine/bytes/json.ts'
import type { ElasticHit } from './elastic-request.ts'
import { hitGroups, type Surrounded } from './hit-groups.ts'

/** Documents of one index by their place in the order of time. */
function docAt(place: number, index = 'logs'): ElasticHit {
  return { index, source: { place }, sort: [BigInt(place), `address ${place}`] }
}

function surrounded(place: number, context: { before: number; after: number; docs: number }) {
  const { before, after, docs } = context
  const places = (from: number, to: number): ElasticHit[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => docAt(from + i))
  const end = Math.min(docs, place + 1 + after)
  return {
    hit: docAt(place),
    before: places(Math.max(0, place - before), place),
    after: places(place + 1, end),
    next: end < docs ? docAt(end) : undefined,
  } satisfies Surrounded
}

/** `-a` of a document around hits, `+a` of a hit, groups by `|`. */
function drawn(hits: readonly Surrounded[]): string {
  return hitGroups(hits)
    .map((group) =>
      group
        .map(
          ({ isHit, doc }) => `${isHit ? '+' : '-'}${stringifyJson(doc.source['place'] ?? null)}`,
        )
        .join(' '),
    )
    .join(' | ')
}

test('groups that overlap or touch are one; others stay apart', () => {
  const context = { before: 1, after: 1, docs: 20 }
  const of = (...places: number[]): string => drawn(places.map((at) => surrounded(at, context)))
  expect(of(5)).toBe('-4 +5 -6')
  expect(of(5, 7)).toBe('-4 +5 -6 +7 -8')
  expect(of(5, 8)).toBe('-4 +5 -6 -7 +8 -9')
  expect(of(5, 9)).toBe('-4 +5 -6 | -8 +9 -10')
  expect(of(0, 19)).toBe('+0 -1 | -18 +19')
})

test('documents after hits alone touch the next hit too', () => {
  const context = { before: 0, after: 1, docs: 9 }
  expect(drawn([2, 4, 7].map((at) => surrounded(at, context)))).toBe('+2 -3 +4 -5 | +7 -8')
})

test('indexes stay apart, also where their documents are of one time', () => {
  const alone = (index: string): Surrounded => ({
    hit: docAt(1, index),
    before: [],
    after: [],
    next: undefined,
  })
  expect(hitGroups([alone('a'), alone('b')])).toHaveLength(2)
})

test('as grep has it: whatever is within reach of a hit, once, cut where a document is missing', () => {
  const places = fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 12 })
  const reach = fc.integer({ min: 0, max: 5 })
  fc.assert(
    fc.property(places, reach, reach, (hits, before, after) => {
      const sorted = hits.toSorted((a, b) => a - b)
      const isShown = (at: number): boolean =>
        sorted.some((hit) => at >= hit - before && at <= hit + after)
      const lines: string[] = []
      for (let at = 0; at < 40; at++) {
        if (!isShown(at)) continue
        if (lines.length > 0 && !isShown(at - 1)) lines.push('|')
        lines.push(`${sorted.includes(at) ? '+' : '-'}${at}`)
      }
      const context = { before, after, docs: 40 }
      expect(drawn(sorted.map((at) => surrounded(at, context)))).toBe(lines.join(' '))
    }),
  )
})
