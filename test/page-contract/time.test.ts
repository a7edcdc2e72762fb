import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseInterval as chooseForTerminal } from '../../src/cli/search/interval.ts'
import { parseTimeNs } from '../../src/cli/format/time.ts'
import { rfc3339OfNs } from '../../src/page/time/instant.ts'
import { chooseInterval, resolveTime } from '../../src/page/time/range.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0, 500)

const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'))
const written = fc.oneof(
  fc
    .tuple(fc.nat(9_999), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w'))
    .map((parts) => parts.join('')),
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(rfc3339OfNs),
  fc
    .tuple(
      fc.integer({ min: 1970, max: 2100 }),
      two(13),
      two(32),
      fc.constantFrom(
        '',
        'T04:05',
        ' 04:05:06',
        'T23:59:60Z',
        'T04:05:06.123456789',
        'T04:05:06.5+05:30',
        ' 24:00',
      ),
    )
    .map(([year, month, day, time]) => `${year}-${month}-${day}${time}`),
)

test('a time means on the page what it means to the command line', () => {
  fc.assert(
    fc.property(written, fc.constantFrom('', 'now-'), (text, before) => {
      const whole = /^\d+[a-z]+$/.test(text) ? before + text : text
      expect(resolveTime(whole, NOW, 'local'), whole).toBe(parseTimeNs(whole, NOW))
    }),
    { numRuns: 2_000 },
  )
})

test('a histogram has the same buckets on the page and in the terminal', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 5, max: 500 }), (start, span, max) => {
      const end = start + span * 1_000
      expect(chooseInterval(start, end, max)).toEqual(chooseForTerminal(start, end, max))
    }),
  )
})
