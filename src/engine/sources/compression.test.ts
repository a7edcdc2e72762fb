import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompressed } from './compression.ts'
import type { Source } from './source.ts'
import { zstdDecompressed } from './unpack/zstd.ts'

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../test/formats/fixtures/${name}`, import.meta.url))
const plain = fixture('app.ndjson')
const zstd = fixture('frames.ndjson.zst')
const gzip = gzipSync(plain)
const SKIPPABLE = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

async function unpacked(bytes: Uint8Array, pieceBytes = 1_000_000): Promise<string> {
  const source: Source = {
    uri: 'test:bytes',
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        yield bytes.subarray(at, at + pieceBytes)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
  const parts: Uint8Array[] = []
  for await (const part of decompressed(source, {})) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** As Windows writes it, with its mark; characters of one, two, three and four bytes in UTF-8. */
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
const MIXED = '{"a":"Zoë"}\r\n{"a":"中😀"}\r\n'
const one = plain.toString()
const frames = await unpacked(zstd)

test.each<[string, Uint8Array, string]>([
  ['gzip members', Buffer.concat([gzip, gzip]), one + one],
  ['gzip padded with zeros', Buffer.concat([gzip, Buffer.alloc(600)]), one],
  ['gzip members with zeros between', Buffer.concat([gzip, Buffer.alloc(9), gzip]), one + one],
  ['zstd frames', Buffer.concat([zstd, zstd]), frames + frames],
  ['UTF-16', utf16(MIXED), MIXED],
  ['UTF-16, the other way round', Buffer.from(utf16(MIXED)).swap16(), MIXED],
  ['nothing in UTF-16', utf16(''), ''],
  ['zstd frames with a frame to skip', Buffer.concat([zstd, SKIPPABLE, zstd]), frames + frames],
])('%s are one source, in pieces of any size', async (_what, bytes, expected) => {
  expect(frames).toContain('second frame')
  for (const pieceBytes of [1, 7, 1_000_000])
    expect(await unpacked(bytes, pieceBytes)).toBe(expected)
})

test.each<[string, Uint8Array, RegExp]>([
  [
    'UTF-16 that is cut',
    utf16(MIXED).subarray(0, -1),
    /damaged or cut short: UTF-16 .little-endian. fails near byte/,
  ],
  [
    'UTF-16 with half a pair',
    Buffer.from([0xff, 0xfe, 0x3d, 0xd8, 0x41, 0]),
    /damaged or cut short: UTF-16/,
  ],
  [
    'bytes after gzip',
    Buffer.concat([gzip, Buffer.from('and more')]),
    /holds whole gzip and after it bytes that are not/,
  ],
  [
    'bytes after zeros after gzip',
    Buffer.concat([gzip, Buffer.alloc(4), Buffer.from('more')]),
    /holds whole gzip/,
  ],
  [
    'bytes after zstd',
    Buffer.concat([zstd, Buffer.from('and more')]),
    /holds whole zstd and after it/,
  ],
  ['gzip cut short', gzip.subarray(0, -5), /cut short: gzip fails near byte/],
  ['zstd cut short', zstd.subarray(0, -5), /cut short: zstd fails near byte/],
])('%s are named', async (_what, bytes, message) => {
  await expect(unpacked(bytes)).rejects.toMatchObject({ kind: 'corrupt', message })
})

test('a body is unpacked whole, up to a limit', async () => {
  expect(Buffer.from(await zstdDecompressed(zstd, 10_000)).toString()).toBe(frames)
  await expect(zstdDecompressed(zstd, 10)).rejects.toMatchObject({ kind: 'tooLarge' })
  await expect(zstdDecompressed(zstd.subarray(0, 20), 10_000)).rejects.toMatchObject({
    kind: 'invalid',
  })
})
