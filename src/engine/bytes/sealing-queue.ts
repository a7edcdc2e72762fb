import { sealBlock, type SealOptions } from './sealed-block.ts'

/** Each running compression holds about 0.3 MB; libuv runs four at a time. */
const MAX_IN_FLIGHT = 8

/** Seals blocks in zlib's thread pool, a bounded number at a time, while the caller goes on. */
export class SealingQueue {
  readonly #waiting: (() => void)[] = []
  #inFlight = 0

  /** `raw` must not change before the promise settles. */
  async seal(raw: Uint8Array, options: SealOptions): Promise<Uint8Array> {
    if (this.#inFlight < MAX_IN_FLIGHT) this.#inFlight++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await sealBlock(raw, options)
    } finally {
      const next = this.#waiting.shift()
      // The slot goes straight to the next in line.
      if (next === undefined) this.#inFlight--
      else next()
    }
  }
}
