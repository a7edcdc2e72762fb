import { expect } from 'vitest'
import { elementAt } from '../../bytes/element-at.ts'

/** What decoding has to do with damaged bytes: say so, and never give back something else. */
const CORRUPT: unknown = expect.objectContaining({ kind: 'corrupt' })

/** Every proper prefix is refused. */
export function expectCutsRefused(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decode(bytes.slice(0, length)), `cut at ${length} of ${bytes.length}`).toThrow(
      CORRUPT as Error, // a matcher of errors
    )
  }
}

/** For structures that check themselves: every single flipped bit is refused. */
export function expectFlipsRefused(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): void {
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at] = elementAt(damaged, at) ^ (1 << (at % 8))
    expect(() => decode(damaged), `bit ${at % 8} of byte ${at}`).toThrow(
      CORRUPT as Error, // a matcher of errors
    )
  }
}
