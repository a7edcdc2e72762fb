import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTerm } from '../schema/term.ts'
import { rankTokens } from './rank-tokens.ts'

function ranked(values: readonly number[]) {
  const tokens = { kind: 'numbers', type: 'f64', values: Float64Array.from(values) } as const
  const { ranks, termCount, term, moveTo } = rankTokens(tokens)
  const terms = Array.from({ length: termCount }, (_, rank) => {
    moveTo(rank)
    return decodeTerm('f64', term.source.subarray(term.start, term.end))
  })
  return { terms, values: ranks.flatMap((piece) => Array.from(piece, (rank) => terms[rank])) }
}

/** The first has each number many times; of the second no two are equal; the third ascends. */
const many = [
  Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 97) / 8),
  Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 10_007) - 5_000),
  Array.from({ length: 10_000 }, (_, i) => Math.floor(i / 3)),
]

test('numbers get the places of their terms in order, however often they come', () => {
  const few = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1)))
  fc.assert(
    fc.property(fc.oneof(few, fc.constantFrom(...many)), (values) => {
      const found = ranked(values)
      const plain = values.map((value) => value + 0)
      expect(found.terms).toEqual([...new Set(plain)].sort((a, b) => a - b))
      expect(found.values).toEqual(plain)
    }),
  )
})
