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

const TWO_HOSTILE = '{"__proto__":"1","constructor":"2"}\n{"__proto__":"3","constructor":"4"}\n'

test.each([
  ['NDJSON as it is', '{"a": 1}\nbroken\n\n{"b":2}', '{"a": 1}\nbroken\n\n{"b":2}'],
  ['an array', '[{"a": 1},\n {"b":"\\n"}]', '{"a":1}\n{"b":"\\n"}\n'],
  [
    'a table, and what is no record of it',
    'x,y\n1,2\n3\n4,5\n6,7\n8,9\n',
    '{"x":"1","y":"2"}\n3\n{"x":"4","y":"5"}\n{"x":"6","y":"7"}\n{"x":"8","y":"9"}\n',
  ],
  // Keys as hostile as they come: assignment to the first would lose it.
  ['a table with a column `__proto__`', '__proto__,constructor\n1,2\n3,4\n', TWO_HOSTILE],
  [
    'pairs with a key `__proto__`',
    '__proto__=1 constructor=2\n__proto__=3 constructor=4\n',
    TWO_HOSTILE,
  ],
])('%s', async (_what, text, expected) => {
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    const parts: Uint8Array[] = []
    for await (const part of ndjsonOf(sourceOf(bytes), { nowMs: 0 })) parts.push(part)
    expect(Buffer.concat(parts).toString()).toBe(expected)
  }
})
