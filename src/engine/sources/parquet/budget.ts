/** What a file may come to, whatever its size: a file may be one value, a million times. */
const FREE_ROWS = 2_000_000
const ROWS_PER_BYTE = 1_000
const FREE_BYTES = 4 * 2 ** 30
const BYTES_PER_BYTE = 4_096
/** What may be held at a time, by all columns of a row group. */
const MAX_HELD_BYTES = 1.5 * 2 ** 30

/** What an element of an array takes. */
export const VALUE_BYTES = 8
/** An array to which something is added gets room for seventeen. */
export const ARRAY_BYTES = 184

/** What reading one file may cost. A few bytes of Parquet can stand for any number of rows and values, so
 *  that its size alone bounds nothing. Going past a limit throws. */
export class Budget {
  readonly #rowsMax: number
  readonly #bytesMax: number
  #rows = 0
  #bytes = 0
  #heldBytes = 0

  constructor(fileBytes: number) {
    this.#rowsMax = FREE_ROWS + ROWS_PER_BYTE * fileBytes
    this.#bytesMax = FREE_BYTES + BYTES_PER_BYTE * fileBytes
  }

  spendRows(count: number): void {
    this.#rows += count
    if (this.#rows <= this.#rowsMax) return
    throw new Error(`so few bytes cannot hold more than ${this.#rowsMax} rows`)
  }

  /** Before they are made. */
  spend(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= this.#bytesMax) return
    throw new Error(`so few bytes cannot come to more than ${this.#bytesMax} of them`)
  }

  /** Spends them, until they are let go of. */
  hold(bytes: number): void {
    this.spend(bytes)
    this.#heldBytes += bytes
    if (this.#heldBytes <= MAX_HELD_BYTES) return
    throw new Error('the pages of a row group take more than 1.5 GiB at a time')
  }

  letGo(bytes: number): void {
    this.#heldBytes -= bytes
  }
}
