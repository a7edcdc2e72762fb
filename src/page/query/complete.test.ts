import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clauseSuggestions, completed, placeAt, valueSuggestions, type Place } from './complete.ts'
import type { FieldFacts } from './field-facts.ts'

/** The place at the `|` of a query. */
function at(marked: string): Place | undefined {
  return placeAt(marked.replace('|', ''), marked.indexOf('|'))
}

describe('at the cursor stands', () => {
  test.each([
    ['|', ''],
    ['le|', 'le'],
    ['le|vel', 'le'],
    ['a AND |', ''],
    ['a AND ho|', 'ho'],
    ['NOT ho|', 'ho'],
    ['(ho|', 'ho'],
    ['-ho|', 'ho'],
    ['host:"a b" ho|', 'ho'],
    ['n:[1 TO 5] ho|', 'ho'],
    ['n:>5 ho|', 'ho'],
    ['host:IN [a b] ho|', 'ho'],
    ['host:(a OR b) ho|', 'ho'],
    ['"some text" ho|', 'ho'],
    ['a  |  b', ''],
  ])('in `%s` a clause that begins with `%s`', (marked, typed) => {
    expect(at(marked)).toMatchObject({ kind: 'clause', typed })
  })

  test.each([
    ['host:|', 'host', ''],
    ['host: |', 'host', ''],
    ['a AND host:we|', 'host', 'we'],
    ['host:"web 1|', 'host', 'web 1'],
    ["host:'we|", 'host', 'we'],
    ['(host:we|)', 'host', 'we'],
    ['NOT host:we|', 'host', 'we'],
    ['host:IN [a b|', 'host', 'b'],
    ['host: IN [|', 'host', ''],
    ['host:(a OR b|)', 'host', 'b'],
    [String.raw`k8s\.io:a|`, String.raw`k8s\.io`, 'a'],
    [String.raw`x\ y\:z:a|`, 'x y:z', 'a'],
    [String.raw`host:"say \"h|`, 'host', 'say "h'],
  ])('in `%s` a value of %s that begins with `%s`', (marked, field, typed) => {
    expect(at(marked)).toMatchObject({ kind: 'value', field, typed })
  })

  test.each(['n:[1 |', 'n:[1 TO 5|', 'n:>5|', '/re|', '"some te|', 'host:"done"|'])(
    'in `%s` nothing that can be completed',
    (marked) => {
      expect(at(marked)).toBeUndefined()
    },
  )

  test('always something, or nothing, and never outside of the text', () => {
    const piece = fc.constantFrom(
      'a',
      'host',
      ':',
      '"',
      "'",
      ' ',
      '(',
      ')',
      '[',
      ']',
      '{',
      '\\',
      '-',
      'IN ',
      'AND ',
      '/',
      '>',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(30), (pieces, wanted) => {
        const text = pieces.join('')
        const cursor = Math.min(wanted, text.length)
        const place = placeAt(text, cursor)
        if (place === undefined) return
        expect(place.start).toBeLessThanOrEqual(cursor)
        expect(place.end).toBeGreaterThanOrEqual(place.start)
        expect(place.end).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 3_000 },
    )
  })
})

const FIELDS: readonly FieldFacts[] = ['host', 'level', 'place.city', 'ghost', 'x y'].map(
  (path) => ({
    path,
    type: 'text',
    fast: true,
    text: 'whole',
    outputFormat: undefined,
  }),
)

describe('suggestions', () => {
  test('of fields begin with those that begin alike', () => {
    const labels = (marked: string) =>
      clauseSuggestions(at(marked)!, FIELDS).map(({ label }) => label)
    expect(labels('ho|')).toEqual(['host', 'ghost'])
    expect(labels('CITY|')).toEqual(['place.city'])
    expect(labels('|')).toEqual(['NOT', 'host', 'level', 'place.city', 'ghost', 'x y'])
    expect(labels('a |').slice(0, 3)).toEqual(['AND', 'OR', 'NOT'])
    expect(labels('a AND |')[0]).toBe('NOT')
  })

  test('are written as the query language wants them', () => {
    const place = at('le| AND x')!
    const [level] = clauseSuggestions(place, FIELDS)
    expect(completed('le AND x', place, level!)).toEqual({ text: 'level: AND x', cursor: 6 })
    expect(clauseSuggestions(at('x|')!, FIELDS)[0]?.insert).toBe(String.raw`x\ y:`)
  })

  test('of values are quoted where they have to be, and end with one space', () => {
    const place = at('host:we| AND x')!
    const suggested = valueSuggestions(place, FIELDS[0]!, ['db', 'web 1', 'web', 'my-web', 5])
    expect(suggested.map(({ insert }) => insert)).toEqual(['"web 1" ', 'web ', 'my-web '])
    expect(completed('host:we AND x', place, suggested[0]!)).toEqual({
      text: 'host:"web 1" AND x',
      cursor: 13,
    })
  })

  test('of values come as they are given where nothing was typed', () => {
    const suggested = valueSuggestions(at('host:|')!, FIELDS[0]!, ['b', 'a', null])
    expect(suggested.map(({ label }) => label)).toEqual(['b', 'a'])
  })
})
