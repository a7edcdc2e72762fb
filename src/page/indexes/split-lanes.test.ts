import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spreadOverLanes } from './split-lanes.ts'

const spans = fc.array(
  fc.record({
    span: fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 30 }))
      .map(([start, length]) => ({ start, end: start + length })),
  }),
)

test('no two spans of a lane touch, and there are as many lanes as spans at once', () => {
  fc.assert(
    fc.property(spans, (items) => {
      const placed = spreadOverLanes(items, 0)
      expect(placed).toHaveLength(items.length)
      for (const one of placed) {
        for (const other of placed) {
          if (one === other || one.lane !== other.lane) continue
          expect(one.span.end < other.span.start || other.span.end < one.span.start).toBe(true)
        }
      }
      const atOnce = items.map(
        ({ span }) =>
          items.filter((each) => each.span.start <= span.start && span.start <= each.span.end)
            .length,
      )
      expect(Math.max(-1, ...placed.map(({ lane }) => lane)) + 1).toBe(Math.max(0, ...atOnce))
    }),
  )
})

test('a span that is too short to be seen takes the room that it is drawn with', () => {
  const items = [0, 1].map((start) => ({ span: { start, end: start } }))
  expect(spreadOverLanes(items, 0).map(({ lane }) => lane)).toEqual([0, 0])
  expect(spreadOverLanes(items, 5).map(({ lane }) => lane)).toEqual([0, 1])
})

test('what has no time is not drawn', () => {
  expect(spreadOverLanes([{ span: undefined }], 1)).toEqual([])
})
