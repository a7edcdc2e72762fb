import { isQwError, QwError } from '../errors.ts'
import { MAX_RETRY_MS } from './margins.ts'
import type { Clock, ObjectStore, PutCondition, Random } from '../ports.ts'

/** Attempts of one update before it gives up: a hundred writers at the same moment get through. */
const MAX_UPDATE_ATTEMPTS = 100
const FIRST_BACKOFF_MS = 20
const MAX_BACKOFF_MS = 2_000

interface ConditionalObjectSettings<T> {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly key: string
  readonly decode: (bytes: Uint8Array) => T
  readonly encode: (value: T) => Uint8Array
}

interface Version<T> {
  readonly etag: string
  readonly value: T
}

/**
 * An object that only conditional puts replace: the loser of a race loads and tries again.
 * Keeps the last version it saw, so that a load moves no bytes when nothing changed and an update
 * needs no read when nobody else wrote.
 */
export class ConditionalObject<T> {
  readonly #settings: ConditionalObjectSettings<T>
  #seen: Version<T> | undefined
  /** Updates of one process queue here instead of losing races against each other. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(settings: ConditionalObjectSettings<T>) {
    this.#settings = settings
  }

  /** One conditional read; undefined when there is no such object. */
  async load(signal?: AbortSignal): Promise<T | undefined> {
    const { store, key, decode } = this.#settings
    const seen = this.#seen
    try {
      const stored = await store.get(key, {
        signal,
        ...(seen === undefined ? {} : { ifNoneMatch: seen.etag }),
      })
      if (stored !== undefined) this.#seen = { etag: stored.etag, value: decode(stored.bytes) }
      else if (this.#seen === undefined) this.#seen = seen
      return this.#seen?.value
    } catch (error) {
      if (!isQwError(error, 'notFound')) throw error
      this.#seen = undefined
      return undefined
    }
  }

  /**
   * Replaces the object by `change` of its newest version (undefined: absent). `change` runs once per
   * attempt and must have no effect when it was applied already, because a put may succeed and its
   * answer be lost. Returning its argument writes nothing; that decision is always made on a version
   * that was just loaded. Nothing is tried again after `MAX_RETRY_MS`: `unavailable`. Costs one put, plus one read without a version at hand or after a lost race.
   */
  update(change: (value: T | undefined) => T | undefined): Promise<T | undefined> {
    const result = this.#tail.then(() => this.#update(change))
    this.#tail = result.catch(() => undefined)
    return result
  }

  /** Forgets the version seen, after the object was deleted. */
  forget(): void {
    this.#seen = undefined
  }

  async #update(change: (value: T | undefined) => T | undefined): Promise<T | undefined> {
    let fresh = false
    let lastConflict: unknown
    const beganMs = this.#settings.clock.nowMs()
    for (let attempt = 0; attempt < MAX_UPDATE_ATTEMPTS; attempt++) {
      if (attempt > 0) await this.#settings.clock.sleep(this.#backoffMs(attempt))
      try {
        if (!fresh && (attempt > 0 || this.#seen === undefined)) {
          await this.load()
          fresh = true
        }
        if (attempt > 0) this.#refuseLate(beganMs)
        let next = change(this.#seen?.value)
        if (!fresh && next === this.#seen?.value) {
          await this.load()
          next = change(this.#seen?.value)
        }
        if (next === undefined || next === this.#seen?.value) return next
        await this.#put(next)
        return next
      } catch (error) {
        // A fault of the store is its retrying wrapper's business; after one that passes through, the
        // put may have happened, and the caller's next run finds out.
        if (!isQwError(error, 'conflict')) throw error
        lastConflict = error
        fresh = false
      }
    }
    throw new QwError(
      'conflict',
      `could not write ${this.#settings.key} in ${MAX_UPDATE_ATTEMPTS} attempts`,
      { code: 'META-CONFLICT', fix: 'run the command again', cause: lastConflict },
    )
  }

  async #put(value: T): Promise<void> {
    const { store, key, encode } = this.#settings
    const condition: PutCondition =
      this.#seen === undefined ? { kind: 'ifAbsent' } : { kind: 'ifMatch', etag: this.#seen.etag }
    const info = await store.put(key, encode(value), { condition })
    this.#seen = { etag: info.etag, value }
  }

  /** Asked when the version has been read that is to be replaced: what was known of an earlier attempt
   *  may be forgotten in one that was read later. */
  #refuseLate(beganMs: number): void {
    const { clock, key } = this.#settings
    if (clock.nowMs() - beganMs < MAX_RETRY_MS) return
    throw new QwError('unavailable', `${key} was not written in time, or it was unanswered`, {
      why: 'this process slept, or the store did not answer for long',
      fix: 'run the command again',
    })
  }

  /** Exponential with full jitter. */
  #backoffMs(attempt: number): number {
    const ceilingMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempt, 10))
    const [high = 0, low = 0] = this.#settings.random.bytes(2)
    return Math.ceil((ceilingMs * (high * 256 + low)) / 65_536)
  }
}
