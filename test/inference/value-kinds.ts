import fc from 'fast-check'
import type { JsonValue } from '../../src/engine/bytes/json.ts'

/** A field's name and what its values are drawn from: the kinds that inference has to tell apart. */
interface Kind {
  readonly name: string
  readonly value: fc.Arbitrary<JsonValue>
}

const kind = (name: string, value: fc.Arbitrary<JsonValue>): Kind => ({ name, value })

const instant = fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2090, 0) })
const iso = (ms: number): string => new Date(ms).toISOString()
const digits = (n: number, width: number): string => String(n).padStart(width, '0')
const words = ['alpha', 'Beta', 'card declined', 'GET', 'us-east-1', 'not found', '第一次失败', 'x']

export const KINDS: readonly Kind[] = [
  kind('count', fc.nat({ max: 1000 })),
  kind('balance', fc.integer()),
  kind('ratio', fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })),
  kind('order', fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
  kind('phone', fc.integer({ min: 1_700_000_000_000, max: 1_799_999_999_999 })),
  kind('signed', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  kind('huge', fc.bigInt({ min: 0n, max: 2n ** 66n })),
  kind('created_at', fc.integer({ min: 1_000_000_000, max: 2_000_000_000 })),
  kind('updated', instant),
  kind('time', fc.oneof(instant, fc.nat({ max: 100 }))),
  kind('flag', fc.boolean()),
  kind('address', fc.oneof(fc.ipV4(), fc.ipV6())),
  kind('seen', instant.map(iso)),
  kind(
    'micros',
    fc
      .tuple(instant, fc.nat({ max: 999 }))
      .map(([ms, us]) => iso(ms).replace('Z', `${digits(us, 3)}Z`)),
  ),
  kind(
    'day',
    instant.map((ms) => iso(ms).slice(0, 10)),
  ),
  kind(
    'moment',
    fc.oneof(
      instant.map(iso),
      instant.map((ms) => iso(ms).slice(0, 19).replace('T', ' ')),
      instant.map((ms) => iso(ms).slice(0, 19)),
    ),
  ),
  kind(
    'slashed',
    instant.map((ms) => iso(ms).slice(0, 10).split('-').toReversed().join('/')),
  ),
  kind(
    'code',
    fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 400 })).map(([a, b]) => `${a}-${b}`),
  ),
  kind(
    'invoice',
    fc.nat({ max: 999 }).map((n) => `2024-${digits(n, 3)}`),
  ),
  kind(
    'zip',
    fc.nat({ max: 99_999 }).map((n) => digits(n, 5)),
  ),
  kind('level', fc.constantFrom('INFO', 'WARN', 'ERROR', 'info')),
  kind('status', fc.constantFrom(...words)),
  kind('user', fc.uuid()),
  kind(
    'message',
    fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }).map((all) => all.join(' ')),
  ),
  kind('free', fc.string({ maxLength: 30, unit: 'grapheme' })),
  kind('tags', fc.uniqueArray(fc.constantFrom('a', 'b-c', 'd e'), { maxLength: 3 })),
  kind('mixed', fc.oneof<fc.Arbitrary<JsonValue>[]>(fc.nat(), fc.string(), fc.boolean())),
  kind('gaps', fc.option(fc.nat({ max: 9 }))),
]
