import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QwError } from '../errors.ts'
import { checkedJson, parseChecked } from './checked-json.ts'

test('what was written is read back, and says that it was checked', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (content) => {
      const { fields, isChecked } = parseChecked(checkedJson(JSON.stringify(content)), 'a.json')
      const { crc32, ...rest } = fields
      expect(isChecked && typeof crc32).toBe('string')
      const { crc32: _own, ...expected } = JSON.parse(JSON.stringify(content)) as object & {
        crc32?: unknown
      }
      expect(rest).toEqual(expected)
    }),
  )
})

test('an object without a checksum is read, and says so', () => {
  expect(parseChecked(Buffer.from('{"a":1}'), 'a.json')).toEqual({
    fields: { a: 1 },
    isChecked: false,
  })
})

test('another digit is found, though the text stays JSON', () => {
  const damaged = Buffer.from(checkedJson('{"docs":1234}')).toString().replace('1234', '1235')
  expect(() => parseChecked(Buffer.from(damaged), 'a.json')).toThrow(
    new QwError('corrupt', 'a.json is damaged: its checksum does not match'),
  )
})
