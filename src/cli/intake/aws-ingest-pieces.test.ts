import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Source } from '../../engine/sources/source.ts'
import { cutIntoPieces, packed, stagedKey, type Piece } from './aws-ingest-pieces.ts'

const { signal } = new AbortController()

function sourceOf(bytes: Uint8Array, chunkBytes: number): Source {
  return {
    uri: 'file:x',
    format: { kind: 'ndjson' },
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        yield await Promise.resolve(bytes.subarray(at, at + chunkBytes))
      }
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

async function piecesOf(
  bytes: Uint8Array,
  chunkBytes: number,
  pieceBytes: number,
): Promise<Piece[]> {
  const pieces: Piece[] = []
  for await (const piece of cutIntoPieces(sourceOf(bytes, chunkBytes), {
    signal,
    nowMs: 0,
    pieceBytes,
  })) {
    pieces.push(piece)
  }
  return pieces
}

const textOf = (piece: Piece): string => Buffer.from(piece.bytes).toString()

test('pieces put together are the file, end at line ends, and count their lines', async () => {
  const lines = fc.array(
    fc.string({ maxLength: 20 }).map((line) => line.replaceAll(/[\n\r]/g, ' ')),
  )
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.nat(30),
      fc.nat(50),
      fc.boolean(),
      async (all, chunk, piece, ends) => {
        const text = `${all.join('\n')}${ends && all.length > 0 ? '\n' : ''}`
        const pieces = await piecesOf(Buffer.from(text), chunk + 1, piece + 1)
        expect(pieces.map(textOf).join('')).toBe(text)
        for (const each of pieces.slice(0, -1)) {
          expect(textOf(each).endsWith('\n')).toBe(true)
          expect(each.bytes.length).toBeGreaterThanOrEqual(piece + 1)
        }
        const counted = pieces.reduce((sum, { lineCount }) => sum + lineCount, 0)
        expect(counted).toBe(
          text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
        )
      },
    ),
  )
})

test('the cuts depend on the content, not on the chunks that it arrives in', async () => {
  const text = Buffer.from(Array.from({ length: 500 }, (_, i) => `{"id":${i}}`).join('\n'))
  const keys = async (bytes: Uint8Array, chunkBytes: number): Promise<string[]> =>
    (await piecesOf(bytes, chunkBytes, 1_000)).map((piece) => stagedKey('shop', piece, ''))
  const whole = await keys(text, text.length)
  expect(whole.length).toBeGreaterThan(3)
  expect(await keys(text, 7)).toEqual(whole)
  expect(await keys(gzipSync(text), 64)).toEqual(whole)
})

test('a key is the content of the piece under its index, and a nonce makes it another', async () => {
  const [piece] = await piecesOf(Buffer.from('{"a":1}\n'), 100, 100)
  if (piece === undefined) throw new Error('no piece')
  expect(stagedKey('shop', piece, '')).toMatch(/^shop\/[0-9a-f]{32}\.ndjson\.gz$/)
  expect(stagedKey('shop', piece, 'again')).not.toBe(stagedKey('shop', piece, ''))
  // Equal content has to be equal bytes: their ETag is part of what the checkpoint knows.
  expect(await packed(piece)).toEqual(await packed(piece))
})
