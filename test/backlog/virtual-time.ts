/** A clock that jumps to the next moment at which somebody wakes, once all who are awake have gone to
 *  sleep: hours pass in milliseconds, and always in the same order. */
export class VirtualTime {
  nowMs = 0
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = []

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ atMs: this.nowMs + ms, wake }))
  }

  /** Until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      // All promises that can be settled are, before a timer of the real clock fires.
      await new Promise((resolve) => setImmediate(resolve))
      const [next] = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined) return
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      this.nowMs = next.atMs
      next.wake()
    }
  }
}
