import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of arrays that came since the last collection, which make another one worth its ten milliseconds. */
const WORTH_BYTES = 32 * 1024 * 1024

let collect: (() => void) | undefined

/**
 * Frees what this thread holds no longer, at once. Shared memory counts for nothing when V8 weighs whether to
 * collect, so that a thread whose heap is small keeps hundreds of megabytes for seconds.
 */
export function collectGarbage(): void {
  collect ??= exposedCollector()
  collect()
}

/** V8 has it in contexts made while the flag is set. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as () => void
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}

/** Collects where much may have become garbage. */
export class GarbageWatch {
  readonly #arrayBytes: () => number
  readonly #collect: () => void
  /** Of arrays after the last collection, or fewer since. */
  #heldBytes = Infinity

  constructor(
    arrayBytes: () => number = () => process.memoryUsage().arrayBuffers,
    collect: () => void = collectGarbage,
  ) {
    this.#arrayBytes = arrayBytes
    this.#collect = collect
  }

  /** Begins to count. */
  start(): void {
    this.#heldBytes = this.#arrayBytes()
  }

  collectIfWorth(): void {
    const bytes = this.#arrayBytes()
    this.#heldBytes = Math.min(this.#heldBytes, bytes)
    if (bytes - this.#heldBytes <= WORTH_BYTES) return
    this.#collect()
    this.#heldBytes = this.#arrayBytes()
  }
}
