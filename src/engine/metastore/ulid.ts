import type { Clock, Random } from '../ports.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_CHARS = 10
const RANDOM_BYTES = 10
/** Crockford base 32: 48 bits of milliseconds, then 80 random bits. */
export const ULID_CHARS = TIME_CHARS + (RANDOM_BYTES * 8) / 5

/**
 * Ids that sort by creation time. Ids of one generator ascend strictly, also within a millisecond
 * and when the clock steps back: the random part is then counted up instead of drawn.
 */
export class UlidGenerator {
  readonly #clock: Clock
  readonly #random: Random
  #lastMs = -1
  #lastRandom = 0n

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  next(): string {
    const nowMs = Math.floor(this.#clock.nowMs())
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs
      this.#lastRandom = bigintOf(this.#random.bytes(RANDOM_BYTES))
    } else if (++this.#lastRandom >> 80n !== 0n) {
      this.#lastRandom = 0n
      this.#lastMs++
    }
    return (
      base32(BigInt(this.#lastMs), TIME_CHARS) + base32(this.#lastRandom, ULID_CHARS - TIME_CHARS)
    )
  }
}

/** Milliseconds since the epoch at which the id was made. */
export function ulidTimeMs(ulid: string): number {
  let timeMs = 0
  for (const char of ulid.slice(0, TIME_CHARS)) timeMs = timeMs * 32 + ALPHABET.indexOf(char)
  return timeMs
}

function bigintOf(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

function base32(value: bigint, chars: number): string {
  let text = ''
  for (let rest = value, i = 0; i < chars; i++, rest >>= 5n) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text
  }
  return text
}
