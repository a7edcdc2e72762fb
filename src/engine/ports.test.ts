import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyBytes, bodySize } from './ports.ts'

const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 })

test('a range of a body in pieces is that range of them put together', () => {
  fc.assert(
    fc.property(pieces, fc.nat(60), fc.nat(60), (body, from, count) => {
      const whole = Uint8Array.from(body.flatMap((piece) => [...piece]))
      expect(bodySize(body)).toBe(whole.length)
      expect([...bodyBytes(body)]).toEqual([...whole])
      const start = Math.min(from, whole.length)
      const end = Math.min(start + count, whole.length)
      expect([...bodyBytes(body, { start, end })]).toEqual([...whole.subarray(start, end)])
    }),
  )
})

test('what lies in one piece is not copied', () => {
  const piece = Uint8Array.of(1, 2, 3, 4)
  for (const body of [piece, [Uint8Array.of(9), piece]]) {
    const start = bodySize(body) - 3
    expect(bodyBytes(body, { start, end: start + 2 }).buffer).toBe(piece.buffer)
  }
})
