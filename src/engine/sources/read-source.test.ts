import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { stringifyJson } from '../bytes/json.ts'
import { countingStore } from '../../stores/counting-store.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { sourceFormatName } from '../schema/source-format.ts'
import { objectSource, READ_BYTES, type Source, WHOLE_OBJECT_BYTES } from './source.ts'
import { MAX_LINE_BYTES } from './line-batch.ts'
import { LineProblem } from './line-reader.ts'
import { readSource, type ReadSourceOptions } from './read-source.ts'

/** A source that comes in pieces of `pieceBytes`. */
function sourceOf(bytes: Uint8Array, pieceBytes = bytes.length + 1): Source {
  return {
    format: { kind: 'ndjson' },
    uri: 'test:bytes',
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        yield bytes.subarray(at, at + pieceBytes)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

async function linesOf(source: Source, options?: ReadSourceOptions): Promise<string[]> {
  const lines: string[] = []
  for await (const event of readSource(source, options)) {
    if (event.kind === 'overlong') lines.push(`overlong ${event.line}`)
    else if (event.kind === 'records') {
      for (const { doc } of event.records)
        lines.push(doc instanceof LineProblem ? doc.reason : stringifyJson(doc))
    } else for (let i = 0; i < event.count; i++) lines.push(event.textOf(i)?.trimEnd() ?? 'invalid')
  }
  return lines
}

describe('reading', () => {
  test('gzip is recognised by content, in any number of members and pieces of any size', async () => {
    const members = Buffer.concat([gzipSync('a\nb'), gzipSync('c\n'), gzipSync('d')])
    for (const pieceBytes of [1, 7, 1_000]) {
      expect(await linesOf(sourceOf(members, pieceBytes))).toEqual(['a', 'bc', 'd'])
    }
  })

  test('plain text needs no line end at its end, and may begin with a byte order mark', async () => {
    expect(await linesOf(sourceOf(Buffer.from('\uFEFF{}\nb')))).toEqual(['{}', 'b'])
    expect(await linesOf(sourceOf(gzipSync('\uFEFF{}\nb')))).toEqual(['{}', 'b'])
    expect(await linesOf(sourceOf(Buffer.from('\n')))).toEqual([''])
    expect(await linesOf(sourceOf(Buffer.alloc(0)))).toEqual([])
  })

  test('a resumption passes over what was read, with lines still numbered from the beginning', async () => {
    const text = Buffer.from('one\ntwo\nthree\n')
    for (const bytes of [text, gzipSync(text)]) {
      for await (const event of readSource(sourceOf(bytes, 5), { resumeAt: 4 })) {
        expect(event).toMatchObject({ kind: 'lines', firstLine: 2, position: 4 })
        break
      }
      expect(await linesOf(sourceOf(bytes, 5), { resumeAt: 8 })).toEqual(['three'])
      expect(await linesOf(sourceOf(bytes), { resumeAt: 14 })).toEqual([])
    }
  })

  test('a file that begins in the middle of a stack trace has times from its first line on', async () => {
    const text = '    at a (b.js:1)\n\nSince then:\n2024-05-01T12:00:00Z ERROR c\n    at d\n'
    const source = { ...sourceOf(Buffer.from(text), 5), uri: 'file:///app.log' }
    const doc = (message: string) => stringifyJson({ timestamp: '2024-05-01T12:00:00Z', message })
    const messages = [
      '    at a (b.js:1)',
      'Since then:',
      '2024-05-01T12:00:00Z ERROR c',
      '    at d',
    ]
    for (const format of [undefined, { kind: 'lines', pattern: 'text' }] as const) {
      const { format: _, ...bare } = source
      const given = format === undefined ? bare : { ...bare, format }
      expect(await linesOf(given)).toEqual(messages.map(doc))
      expect(await linesOf(given, { resumeAt: 18 })).toEqual(messages.slice(1).map(doc))
    }
  })

  test('a line of a hundred megabytes is one rejected line', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a\n'),
      Buffer.alloc(MAX_LINE_BYTES * 6, 'x'),
      Buffer.from('\nb'),
    ])
    expect(await linesOf(sourceOf(gzipSync(bytes, { level: 1 })))).toEqual(['a', 'overlong 2', 'b'])
  })
})

describe('refusing', () => {
  const refused: [name: string, bytes: Uint8Array, message: RegExp][] = [
    ['Parquet', Buffer.from('PAR1....'), /Parquet/],
    ['a zip archive', Buffer.from('PK\u0003\u0004...'), /zip/],
    ['UTF-16 without a mark', Buffer.from('{"a":1}\n', 'utf16le'), /UTF-16/],
    ['gzipped UTF-16', gzipSync(Buffer.from('\uFEFF{}\n', 'utf16le')), /UTF-16/],
    ['binary data', Buffer.from([1, 2, 3, 0, 5, 6]), /binary/],
    ['binary data that begins with a zero', Buffer.from([0, 1, 2, 3, 5, 6]), /binary/],
  ]
  test.each(refused)('%s is refused by name, with the way out', async (_, bytes, message) => {
    await expect(linesOf({ ...sourceOf(bytes, 3), format: undefined })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INGEST-FORMAT',
      message,
      fix: expect.stringMatching(/\w/),
    })
  })

  test('damaged gzip is corrupt after the lines before the damage', async () => {
    const bytes = gzipSync(Array.from({ length: 300_000 }, (_, i) => i).join('\n'))
    const lines: string[] = []
    const reading = async (): Promise<void> => {
      for await (const event of readSource(sourceOf(bytes.subarray(0, -100)))) {
        if (event.kind === 'lines') lines.push(event.textOf(0) ?? '')
      }
    }
    await expect(reading()).rejects.toMatchObject({ kind: 'corrupt', message: /test:bytes/ })
    expect(lines[0]).toBe('0')
  })

  test('an error of the store is passed on as it is', async () => {
    const failing: Source = {
      ...sourceOf(Buffer.from('x')),
      // oxlint-disable-next-line require-yield -- it fails before its first piece
      async *open() {
        throw new Error('no network')
      },
    }
    await expect(linesOf(failing)).rejects.toThrow('no network')
  })
})

describe('an object as a source', () => {
  async function objectOf(sizeBytes: number) {
    const store = countingStore(memoryStore())
    const info = await store.put('k', Buffer.alloc(sizeBytes, 'ab\n'), {
      condition: { kind: 'always' },
    })
    store.reset()
    return { store, source: objectSource(store, info, 's3://b/k') }
  }

  test('a small one is read in one request', async () => {
    const { store, source } = await objectOf(3_000)
    expect(await linesOf(source)).toHaveLength(1_000)
    await source.verifyUnchanged(undefined)
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get'])
  })

  test('a large one is read in ranges, and noticed when it was replaced', async () => {
    const { store, source } = await objectOf(WHOLE_OBJECT_BYTES + 2)
    let readBytes = 0
    for await (const chunk of source.open(undefined)) readBytes += chunk.length
    expect(readBytes).toBe(WHOLE_OBJECT_BYTES + 2)
    expect(store.requests.map(({ range }) => range?.start)).toEqual([0, READ_BYTES, 2 * READ_BYTES])
    await source.verifyUnchanged(undefined)
    await store.put('k', Buffer.from('other'), { condition: { kind: 'always' } })
    await expect(source.verifyUnchanged(undefined)).rejects.toMatchObject({ kind: 'conflict' })
  })
})

test('text in a file that is named for documents is broken documents, elsewhere lines', async () => {
  const formatOf = async (uri: string): Promise<string> => {
    const source = { ...sourceOf(Buffer.from('not json\n')), uri, format: undefined }
    const found: string[] = []
    const events = readSource(source, {
      onFormat: (format) => found.push(sourceFormatName(format)),
    })
    for await (const event of events) expect(event.kind).not.toBe('overlong')
    return found.join()
  }
  expect(await formatOf('file:///app.log')).toBe('text')
  expect(await formatOf('file:///app.ndjson')).toBe('ndjson')
  expect(await formatOf('s3://bucket/app.jsonl.gz')).toBe('ndjson')
})
