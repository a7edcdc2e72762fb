import { setMaxListeners } from 'node:events'

interface Flight<T> {
  readonly promise: Promise<T>
  readonly abort: AbortController
  waiting: number
}

/** Lets identical requests that run at the same time share one. A caller that aborts leaves alone;
 *  the request itself is aborted when nobody waits for it any more. */
export class SharedFlights<T> {
  readonly #flights = new Map<string, Flight<T>>()

  /** Joins the running request of `key`, or starts one. */
  run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    const flight = this.#flights.get(key) ?? this.#begin(key, start)
    flight.waiting++
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        flight.waiting--
        if (flight.waiting === 0) {
          this.#end(key, flight)
          flight.abort.abort(signal?.reason)
        }
        reject(signal?.reason as Error)
      }
      // A search waits for as many reads as run at once: Node would warn of more than ten.
      if (signal !== undefined) setMaxListeners(0, signal)
      signal?.addEventListener('abort', onAbort, { once: true })
      flight.promise
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', onAbort))
    })
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController()
    const promise = start(abort.signal).finally(() => this.#end(key, flight))
    const flight: Flight<T> = { promise, abort, waiting: 0 }
    this.#flights.set(key, flight)
    return flight
  }

  /** Later callers start anew; those already waiting still get what they waited for. */
  #end(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }
}
