import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { styleFor } from './style.ts'
import { drawTimeBars, timeBarsRoom, type TimeBars } from './time-bars.ts'
import { unmarked } from './visible.ts'

const styleOf = (choice: 'always' | 'never', ascii = false) =>
  styleFor({ isTerminal: true, choice, ascii, env: { LANG: 'C.UTF-8' } })

function chart(changes: Partial<TimeBars>): TimeBars {
  return { buckets: [], series: [], colors: [], labels: ['04:00', 'now'], ...changes }
}

test('bars of one series have eighths of a line, and the most stands at the axis', () => {
  const buckets = [[0], [1], [4], [8], [1200]].map((counts) => counts)
  const space = { width: 40, height: 2, style: styleOf('never') }
  expect(drawTimeBars(chart({ buckets }), space)).toEqual([
    '    1,200 │            ██ ',
    '          │   ▁▁ ▁▁ ▁▁ ██ ',
    '        0 └───────────────',
    '           04:00       now',
  ])
})

test('series are stacked from below, by letters without colour and by their own colours with it', () => {
  const stacked = chart({
    buckets: [
      [2, 2, 0],
      [0, 1, 1],
    ],
    series: ['INFO', 'ERROR'],
    colors: ['green', 'red'],
  })
  expect(drawTimeBars(stacked, { width: 24, height: 2, style: styleOf('never') })).toEqual([
    '        4 │bb    ',
    '          │aa bb ',
    '        0 └──────',
    '              now',
    '           a INFO  b ERROR  . other',
  ])
  const colored = drawTimeBars(stacked, { width: 24, height: 2, style: styleOf('always') })
  const [top, bottom] = colored.map(unmarked)
  expect(top).toContain('\u001B[31m██\u001B[39m')
  expect(bottom).toContain('\u001B[32m██\u001B[39m')
})

test('where only ASCII can be shown, nothing else is', () => {
  const buckets = [[3], [6]]
  const lines = drawTimeBars(chart({ buckets }), {
    width: 30,
    height: 2,
    style: styleOf('never', true),
  })
  expect(lines).toEqual([
    '        6 |   ## ',
    '          |## ## ',
    '        0 +------',
    '              now',
  ])
})

test('nothing is drawn as nothing, something always as something, and never beyond the width', () => {
  const bucket = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 3, maxLength: 3 })
  const input = fc.record({
    buckets: fc.array(bucket, { maxLength: 90 }),
    width: fc.integer({ min: 1, max: 120 }),
    height: fc.integer({ min: 1, max: 12 }),
    ascii: fc.boolean(),
  })
  fc.assert(
    fc.property(input, ({ buckets, width, height, ascii }) => {
      const style = styleOf('never', ascii)
      const lines = drawTimeBars(chart({ buckets }), { width, height, style })
      const most = Math.max(width, 14)
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(most)
      const lowest = lines[height - 1]?.slice(11) ?? ''
      const shown = buckets.slice(-timeBarsRoom(width))
      const barWidth = lowest.length / Math.max(1, shown.length)
      for (const [i, counts] of shown.entries()) {
        const isEmpty = counts.every((count) => count === 0)
        expect(lowest[i * barWidth] === ' ').toBe(isEmpty)
      }
    }),
  )
})
