import { expect, test } from 'vitest'
import { mappingFacts } from '../query/field-facts.ts'
import { chooseColumns, columnChars, movedColumn } from './hit-columns.ts'

const mapping = mappingFacts({
  index_config: {
    doc_mapping: {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime' },
        { name: 'level', type: 'text' },
        { name: 'absent', type: 'text' },
        { name: 'message', type: 'text' },
      ],
    },
    search_settings: { default_search_fields: ['message'] },
  },
})
const rows = [
  new Map([
    ['extra', 'x'],
    ['level', 'info'],
    ['message', 'hello there'],
    ['ts', '2026-11-23'],
  ]),
]

test('what is searched stands first, then the mapping, then what documents have besides', () => {
  expect(chooseColumns(rows, mapping)).toEqual(['message', 'level', 'extra'])
})

test('what few documents have comes last, though the mapping has it', () => {
  const rare = new Map([['level', 'info']])
  const common = new Map([['extra', 'x']])
  expect(chooseColumns([common, common, rare], mapping)).toEqual(['extra', 'level'])
})

test('a column is as wide as what is in it, within limits', () => {
  const long = new Map([['message', 'x'.repeat(100)]])
  expect(columnChars(['message', 'level', 'id'], rows)).toEqual([11, 5, 4])
  expect(columnChars(['message'], [...rows, long])).toEqual([48])
})

test('a column moves one place, and no further than the ends', () => {
  expect(movedColumn(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c'])
  expect(movedColumn(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b'])
  expect(movedColumn(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c'])
  expect(movedColumn(['a', 'b'], 'x', 1)).toEqual(['a', 'b'])
})
