import { QwError } from '../../src/engine/errors.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'

/**
 * A store as one process sees it that dies: from call number `lastCall` on, counted anew at each
 * `begin`, nothing of what it asks for is done any more.
 */
export class MortalProcess {
  readonly store: ObjectStore
  #callsLeft = Infinity

  constructor(inner: ObjectStore) {
    const alive = (): void => {
      if (this.#callsLeft-- <= 0) throw new QwError('unavailable', 'the process died')
    }
    this.store = {
      async get(...args) {
        alive()
        return inner.get(...args)
      },
      async read(...args) {
        alive()
        return inner.read(...args)
      },
      async head(...args) {
        alive()
        return inner.head(...args)
      },
      async put(...args) {
        alive()
        return inner.put(...args)
      },
      async delete(...args) {
        alive()
        return inner.delete(...args)
      },
      async *list(...args) {
        alive()
        yield* inner.list(...args)
      },
    }
  }

  /** It lives for so many calls more. */
  dieAfter(callCount: number): void {
    this.#callsLeft = callCount
  }
}
