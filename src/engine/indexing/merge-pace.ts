/** 5 MB a second, read, merged and written: what any function does, believed until it was seen. */
const FIRST_BYTES_PER_MS = 5_000
/** Of every merge, whatever its size: requests, and a metastore file that others write too. */
const FIXED_MS = 1_000
/** Merges of less say more about requests than about bytes. */
const TELLING_BYTES = 4_000_000
/** What was seen is taken to be so much better than what may come. */
const MARGIN = 1.5

/**
 * How long a merge will take. `FIXED_MS`, and its bytes by the pace of the last merge that was large
 * enough to tell, half as long again; before there is one, by a pace that any function keeps.
 */
export class MergePace {
  #msPerByte = 1 / FIRST_BYTES_PER_MS

  estimateMs(sizeBytes: number): number {
    return FIXED_MS + sizeBytes * this.#msPerByte
  }

  learn(sizeBytes: number, elapsedMs: number): void {
    if (sizeBytes >= TELLING_BYTES) this.#msPerByte = (MARGIN * elapsedMs) / sizeBytes
  }
}
