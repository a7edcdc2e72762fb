import { sealBlock, type SealOptions } from './sealed-block.ts'

/** Each running compression holds about 0.3 MB; libuv runs four at a time. */
const MAX_IN_FLIGHT = 8

/** Seals blocks in zlib's thread pool, a bounded number at a time, while the caller goes on. */
export class SealingQueue {
  readonly #waiting: (() => void)[] = []
  #inFlight = 0

  /** `raw` must not change before the promise settles. */
  async seal(raw: Uint8Array, options: SealOptions): Promise<Uint8Array> {
    await this.#enter()
    try {
      return await sealBlock(raw, options)
    } finally {
      this.#leave()
    }
  }

  /** Whether blocks wait for others to be done. */
  get isBehind(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves once the blocks that wait have begun. A block begins when the event loop gets to it: who
   *  seals many without a pause would have them all wait, in memory, for a time when nothing else is done. */
  async catchUp(): Promise<void> {
    await this.#enter()
    this.#leave()
  }

  async #enter(): Promise<void> {
    if (this.#inFlight < MAX_IN_FLIGHT) this.#inFlight++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    // The slot goes straight to the next in line.
    if (next === undefined) this.#inFlight--
    else next()
  }
}
