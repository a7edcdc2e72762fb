import { expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { CsvWriter } from './csv-writer.ts'
import { exportColumns } from './export-columns.ts'

function config(docMapping: JsonObject): IndexConfig {
  return parseIndexConfig({ version: '0.9', index_id: 'orders', doc_mapping: docMapping })
}

const DYNAMIC = config({
  mode: 'dynamic',
  field_mappings: [
    { name: 'id', type: 'u64' },
    { name: 'note', type: 'text' },
    { name: 'hidden', type: 'text', stored: false },
    {
      name: 'place',
      type: 'object',
      field_mappings: [
        { name: 'city', type: 'text' },
        { name: 'a.b', type: 'i64' },
      ],
    },
  ],
})

function csv(docs: readonly string[], fields: readonly string[] = [], of = DYNAMIC): string[] {
  const writer = new CsvWriter(exportColumns(of, fields))
  const bytes = [writer.write(docs.map((doc) => Buffer.from(doc))), writer.end()]
  return Buffer.concat(bytes).toString().split('\r\n').slice(0, -1)
}

test('columns are the stored fields of the mapping, and one for all that it does not name', () => {
  expect(
    csv(['{"id":1,"place":{"city":"Rome","a.b":-2,"zip":"00100"},"more":[1]}', '{"note":"none"}']),
  ).toEqual([
    'id,note,place.city,place.a.b,_dynamic',
    '1,,Rome,-2,"{""place"":{""zip"":""00100""},""more"":[1]}"',
    ',none,,,',
  ])
})

test('a strict mapping has no other column', () => {
  const strict = config({ mode: 'strict', field_mappings: [{ name: 'id', type: 'u64' }] })
  expect(exportColumns(strict, []).map(({ name }) => name)).toEqual(['id'])
})

test('fields that are asked for come in that order, declared or not; below a list stand several', () => {
  const docs = ['{"id":7,"more":{"x":[{"y":1},{"y":2},{}]}}', '{"more.x":{"y":3}}']
  expect(csv(docs, ['more.x.y', 'id', 'place'])).toEqual(['more.x.y,id,place', '"[1,2]",7,', '3,,'])
  expect(() => exportColumns(config({ mode: 'strict', field_mappings: [] }), ['nope'])).toThrow(
    /nope/,
  )
})

test('cells are RFC 4180: quotes, commas and line ends inside, an empty text told from nothing', () => {
  const note = (text: string): string => JSON.stringify({ note: text })
  const lines = csv([note('a,"b"'), note(''), '{"note":null}', note('=1+2')], ['note'])
  expect(lines).toEqual(['note', '"a,""b"""', '""', '""', '=1+2'])
  expect(csv([note('two\r\nlines')], ['note']).join('|')).toBe('note|"two|lines"')
})

test('integers beyond 2^53 keep their digits', () => {
  expect(csv(['{"id":18446744073709551615}'], ['id'])).toEqual(['id', '18446744073709551615'])
})
