import { expect, test } from 'vitest'
import { sampleSource } from './sample-source.ts'
import type { Source } from './source.ts'

function sourceOf(pieces: () => Generator<Uint8Array>): Source {
  return {
    uri: 'large.ndjson',
    etag: '',
    sizeBytes: undefined,
    async *open() {
      yield* pieces()
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

test('a sample ends with so many documents', async () => {
  const source = sourceOf(function* () {
    yield Buffer.from('{"a":1}\n'.repeat(100))
  })
  const { docs, format } = await sampleSource(source, { maxDocs: 10, nowMs: 0 })
  expect(docs).toHaveLength(10)
  expect(format).toEqual({ kind: 'ndjson' })
})

test('of large documents it takes fewer, since all of them are in memory at once', async () => {
  const line = Buffer.from(`{"a":"${'x'.repeat(1 << 20)}"}\n`)
  let given = 0
  const source = sourceOf(function* () {
    for (; given < 1_000; given++) yield line
  })
  const { docs } = await sampleSource(source, { maxDocs: 2_000, nowMs: 0 })
  expect(docs.length).toBeGreaterThan(10)
  expect(docs.length).toBeLessThan(70)
  expect(given).toBeLessThan(80)
})

test.each([
  ['nothing', '', 'it is empty', 'name a source'],
  [
    'text of another encoding',
    'name,city\nJosé,München\nZoë,Genève\n',
    'its text is not UTF-8',
    'iconv -f',
  ],
  ['lines of another encoding', '{"a":"é"}\n{"a":"è"}\n', 'its text is not UTF-8', 'iconv -f'],
  ['broken documents', '{"a":\n{"b":\n', 'none of its first 2 records', '--input-format'],
])('%s is refused with what is wrong and the way out', async (_, text, message, fix) => {
  const source = sourceOf(function* () {
    yield Buffer.from(text, 'latin1')
  })
  await expect(sampleSource(source, { maxDocs: 10, nowMs: 0 })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(message),
    fix: expect.stringContaining(fix),
  })
})
