import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ZstdWindows } from './zstd-windows.ts'

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
/** A frame of one stored block of a byte, with this window. */
const frame = (window: number): number[] => [...MAGIC, 0, window, 9, 0, 0, 65]
/** One whose content is its window, repeated bytes and a checksum. */
const SINGLE = [...MAGIC, 0x24, 5, 43, 0, 0, 65, 1, 2, 3, 4]
const SKIPPED = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
const [OF_128_MIB, OF_144_MIB] = [0x88, 0x89]

function push(bytes: readonly number[], pieceBytes: number): void {
  const windows = new ZstdWindows()
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    windows.push(Uint8Array.from(bytes.slice(at, at + pieceBytes)))
  }
}

test.each([1, 2, 7, 1_000])(
  'a wide window is found behind anything, in pieces of %i',
  (pieceBytes) => {
    const before = [...frame(OF_128_MIB), ...SINGLE, ...SKIPPED, ...frame(0x50)]
    expect(() => push(before, pieceBytes)).not.toThrow()
    expect(() => push([...before, ...frame(OF_144_MIB)], pieceBytes)).toThrow(/144 MiB/)
  },
)

test('real frames pass, and what is no frame is left to the decoder', () => {
  const fixture = new URL('../../../../test/formats/fixtures/frames.ndjson.zst', import.meta.url)
  expect(() => push([...readFileSync(fixture), ...frame(0x10)], 5)).not.toThrow()
  expect(() => push([...readFileSync(fixture), ...frame(OF_144_MIB)], 5)).toThrow(/144 MiB/)
  expect(() => push([1, 2, 3, 4, ...frame(OF_144_MIB)], 5)).not.toThrow()
})
