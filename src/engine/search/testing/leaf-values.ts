import fc from 'fast-check'
import { JsonFloat } from '../../bytes/json.ts'

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.bigInt(),
  fc.string(),
  fc.double({ noNaN: true }).map((value) => new JsonFloat(value)),
  fc.uint8Array(),
  fc.array(fc.double()).map((values) => Float64Array.from(values)),
  fc.array(fc.nat()).map((values) => Uint32Array.from(values)),
)

const name = fc.oneof(fc.string(), fc.constantFrom('~map', '~', '__proto__', 'constructor'))

/** What a partial result may be made of. */
export const leafValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object'), tie('map'), tie('set')),
  list: fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 5 }),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 5 })
    .map((pairs) => Object.fromEntries(pairs)),
  map: fc
    .array(fc.tuple(fc.oneof(fc.string(), fc.double({ noNaN: true })), tie('value')), {
      maxLength: 5,
    })
    .map((pairs) => new Map(pairs)),
  set: fc.array(fc.oneof(fc.nat(), fc.bigInt()), { maxLength: 5 }).map((values) => new Set(values)),
})).value
