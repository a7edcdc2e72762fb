import { expect, test } from 'vitest'
import { sourceFormatName } from '../schema/source-format.ts'
import { recogniseFormat } from './recognise-format.ts'

const formatOf = (text: string): string =>
  sourceFormatName(recogniseFormat(Buffer.from(text), { nowMs: 0, name: 'file' }))

test.each<[string, string, string]>([
  ['nothing at all', '', 'text'],
  ['objects, one a line', '{"a":1}\n{"b":2}\n', 'ndjson'],
  ['one object', '{"a":1}', 'ndjson'],
  ['a broken first line before objects', '{"a":1\n{"b":2}\n{"c":3}\n', 'ndjson'],
  ['garbage before objects', 'started\n{"b":2}\n{"c":3}\n', 'ndjson'],
  ['an empty array', ' [ ]', 'json'],
  ['objects without line ends between', '{"a":"}{"}{"b":2}', 'json'],
  ['an object over several lines', '{\n "a": 1\n}\n', 'json'],
  ['records that are an envelope', '{"Records": [ {"a":1} ]}', 'json:Records'],
  ['records that are data', '{"id":1,"Records":[{"a":1}]}', 'ndjson'],
  ['documents with an action’s name', '{"index":3}\n{"index":4}\n', 'ndjson'],
  [
    'documents with an action’s name and an object',
    '{"index":{"size":3}}\n{"index":{"size":4}}\n',
    'ndjson',
  ],
  ['sentences with commas', 'Well, yes\nNo, never\nMaybe, later\n', 'text'],
  ['sentences with an equals sign', 'x=1 holds\nlet y=2 be\n', 'text'],
  ['numbers in columns without names', '1,2\n3,4\n', 'text'],
  ['a table of one record', 'id,name,price\n1,shoe,9\n', 'csv'],
  ['a table with rows of other lengths', 'id,name\n1\n2\n3\n', 'text'],
  ['a table of pandas', ',time,n\n0,2024-11-28,7\n1,2024-11-29,8\n', 'csv'],
  ['lines that are indented', '\tfirst step\n\tsecond step\n', 'text'],
  ['a table of R', '"","n"\n"1",7\n"2",8\n', 'csv'],
  ['a table with a sentence now and then', `a,b\n${'1,2\n'.repeat(9)}oh\n`, 'csv'],
  [
    'levels behind times',
    '2024-05-01T12:34:56Z INFO app: x\n2024-05-01T12:34:57Z ERROR app: y\n',
    'text',
  ],
  ['levels in brackets', '2024-05-01T12:34:56Z [INFO] x\n2024-05-01T12:34:57Z [WARN] y\n', 'text'],
  ['sentences behind times', '2024-05-01T12:34:56.123Z something failed\n', 'text'],
  [
    'an export of CloudWatch',
    '2024-05-01T12:34:56.123Z START RequestId: 6d67 Version: $LATEST\n2024-05-01T12:34:56.456Z END RequestId: 6d67\n',
    'text',
  ],
  [
    'what a platform sends',
    '2024-05-01T12:34:56+00:00 heroku[router]: at=info method=GET\n',
    'text',
  ],
  ['a daemon with ISO times', '2024-05-01T12:34:56.123456+02:00 web1 sshd[7]: x\n', 'syslog'],
  [
    'a daemon that repeats itself',
    'May  1 12:34:56 web1 last message repeated 3 times\n',
    'syslog',
  ],
  ['a stack trace', 'Error: x\n    at y (z.js:1:2)\n', 'text'],
])('%s', (_what, text, format) => {
  expect(formatOf(text)).toBe(format)
})

test.each<[string, Uint8Array, RegExp]>([
  ['Avro', Buffer.from('Obj\u0001...'), /Avro/],
  ['UTF-16 without a mark', Buffer.from('hello\n', 'utf16le'), /UTF-16 \(little/],
  ['UTF-16, the other way round', Buffer.from('hello\n', 'utf16le').swap16(), /UTF-16 \(big/],
  ['bytes of a program', Uint8Array.from([127, 69, 76, 70, 2, 1, 1, 0, 0]), /binary/],
])('%s is refused by name', (_what, bytes, message) => {
  expect(() => recogniseFormat(bytes, { nowMs: 0, name: 'file' })).toThrow(message)
})
