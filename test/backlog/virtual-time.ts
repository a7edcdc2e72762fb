/** A clock that jumps to the next moment at which somebody wakes, once all who are awake have gone to
 *  sleep: hours pass in milliseconds, and always in the same order. */
export class VirtualTime {
  #nowMs = 0
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        reject(new Error('aborted'))
      }
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const sleeper = { atMs: this.#nowMs + ms, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      // All promises that can be settled are, before a timer of the real clock fires.
      await new Promise((resolve) => setImmediate(resolve))
      const [next] = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined) return
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      this.#nowMs = next.atMs
      next.wake()
    }
  }
}
