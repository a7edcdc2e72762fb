/** Lets a number of calls through at once; others wait in their order. */
export class CallGate {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(callsMax: number) {
    this.#free = callsMax
  }

  get isFree(): boolean {
    return this.#free > 0
  }

  /** Rejects as `call` does, and with the signal's reason when aborted before its turn. */
  async run<Value>(call: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      signal?.throwIfAborted()
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** How long the calls of one search took. */
export class CallTimes {
  readonly #expected: number
  readonly #times: number[] = []
  /** Milliseconds, once half of the calls have ended. */
  readonly median: Promise<number>
  #tell: (ms: number) => void = () => undefined

  constructor(expected: number) {
    this.#expected = expected
    this.median = new Promise((resolve) => {
      this.#tell = resolve
    })
  }

  ended(ms: number): void {
    this.#times.push(ms)
    if (this.#times.length * 2 < this.#expected) return
    const sorted = this.#times.toSorted((a, b) => a - b)
    this.#tell(sorted[Math.floor(sorted.length / 2)] ?? ms)
  }
}
