import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ndjsonOf } from './ndjson-of.ts'
import type { Source } from './source.ts'

function sourceOf(bytes: Uint8Array): Source {
  return {
    uri: 'test:bytes',
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      yield bytes
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

test.each([
  ['NDJSON as it is', '{"a": 1}\nbroken\n\n{"b":2}', '{"a": 1}\nbroken\n\n{"b":2}'],
  ['an array', '[{"a": 1},\n {"b":"\\n"}]', '{"a":1}\n{"b":"\\n"}\n'],
  [
    'a table, and what is no record of it',
    'x,y\n1,2\n3\n4,5\n6,7\n8,9\n',
    '{"x":"1","y":"2"}\n3\n{"x":"4","y":"5"}\n{"x":"6","y":"7"}\n{"x":"8","y":"9"}\n',
  ],
])('%s', async (_what, text, expected) => {
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    const parts: Uint8Array[] = []
    for await (const part of ndjsonOf(sourceOf(bytes), { nowMs: 0 })) parts.push(part)
    expect(Buffer.concat(parts).toString()).toBe(expected)
  }
})
