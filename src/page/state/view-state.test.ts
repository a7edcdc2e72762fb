import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIRST_VIEW, readViewState, VIEWS, writeViewState, type ViewState } from './view-state.ts'

const text = fc.string({ unit: 'grapheme' })
const optional = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined })

const states: fc.Arbitrary<ViewState> = fc.record({
  view: fc.constantFrom(...VIEWS),
  index: text,
  query: text,
  from: optional,
  to: optional,
  columns: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 })),
  by: optional,
  sort: fc.constantFrom('asc', 'desc'),
  doc: optional,
  tz: fc.constantFrom('local', 'utc'),
  aggs: optional,
})

test('a link is the view: what is written is read again', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(readViewState(writeViewState(state))).toEqual(state)
    }),
  )
})

test('any address is read, and what is read is written as itself', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.oneof(text, fc.constantFrom('&', '=', '?', '%', '+', 'col', 'q', 'view')))
        .map((parts) => parts.join('')),
      (search) => {
        const state = readViewState(search)
        expect(readViewState(writeViewState(state))).toEqual(state)
      },
    ),
  )
})

test('an address that says nothing is the first view, which needs nothing said', () => {
  expect(readViewState('')).toEqual(FIRST_VIEW)
  expect(writeViewState(FIRST_VIEW)).toBe('')
  expect(readViewState('?view=nonsense&sort=up&tz=Mars&from=&col=&col=a&col=a')).toEqual({
    ...FIRST_VIEW,
    columns: ['a'],
  })
})

test('a link can be read by people', () => {
  const state = { ...FIRST_VIEW, index: 'logs', query: 'status:>499', from: 'now-1h' }
  expect(writeViewState(state)).toBe('?index=logs&q=status%3A%3E499&from=now-1h')
})
