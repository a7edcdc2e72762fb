interface Flight {
  readonly promise: Promise<unknown>
  readonly abort: AbortController
  waiting: number
}

/** Lets identical requests that run at the same time share one. A caller that aborts leaves alone;
 *  the request itself is aborted when nobody waits for it any more. */
export class SharedFlights<T> {
  readonly #flights = new Map<string, Map<string, Flight & { readonly promise: Promise<T> }>>()

  /** Joins the running request `id` of `key`, or starts one. `start` learns from `isCurrent` whether
   *  its key was forgotten meanwhile, in which case its result is outdated. */
  run(
    { key, id }: { readonly key: string; readonly id: string },
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal, isCurrent: () => boolean) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const flight = this.#flights.get(key)?.get(id) ?? this.#begin(key, id, start)
    flight.waiting++
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        flight.waiting--
        if (flight.waiting === 0) {
          this.#end(key, id, flight)
          flight.abort.abort(signal?.reason)
        }
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      flight.promise
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', onAbort))
    })
  }

  /** Later callers start anew; those already waiting still get what they waited for. */
  forget(key: string): void {
    this.#flights.delete(key)
  }

  #begin(
    key: string,
    id: string,
    start: (signal: AbortSignal, isCurrent: () => boolean) => Promise<T>,
  ): Flight & { readonly promise: Promise<T> } {
    const abort = new AbortController()
    const isCurrent = (): boolean => this.#flights.get(key)?.get(id) === flight
    const promise = Promise.resolve()
      .then(() => start(abort.signal, isCurrent))
      .finally(() => this.#end(key, id, flight))
    const flight = { promise, abort, waiting: 0 }
    const ofKey = this.#flights.get(key) ?? new Map<string, typeof flight>()
    ofKey.set(id, flight)
    this.#flights.set(key, ofKey)
    return flight
  }

  #end(key: string, id: string, flight: Flight): void {
    const ofKey = this.#flights.get(key)
    if (ofKey?.get(id) !== flight) return
    ofKey.delete(id)
    if (ofKey.size === 0) this.#flights.delete(key)
  }
}
