import type { CommitMode, IngestOutcome, IngestService } from '../api/services.ts'
import { isQwError, messageOf, QwError } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import type { DeletesResult } from '../engine/indexing/deletes.ts'
import { UlidGenerator } from '../engine/metastore/ulid.ts'
import type { ObjectStore } from '../engine/ports.ts'
import { CallGate } from '../engine/search/call-gate.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import { indexIdOf, type IngestWork, ingestWork } from './ingest-work.ts'

/** Bytes not committed yet, per index; past it clients wait, and then are told to come back. */
const MAX_PENDING_BYTES = 256 << 20
/** A commit takes a few seconds, and then there is room again: a client that is slowed down loses nothing,
 *  and one that is refused may. */
const ROOM_WAIT_MS = 15_000
const ROOM_LOOK_EVERY_MS = 50
/** A batch is committed early when this much waits: ten of them are one merge (`upkeep.ts`). */
const COMMIT_BYTES = 32 << 20
/** Batches indexed at once: one thread does it, no sooner for two than for one after the other, and each
 *  holds twice its size. */
const COMMITS_AT_ONCE = 1
/** Pause before a commit that failed is tried again; longer after each failure. */
const RETRY_FIRST_MS = 1_000
const RETRY_MAX_MS = 60_000

interface IngestQueueComponents {
  readonly indexing: IndexingComponents
  /** Holds what is not committed: `<index_id>/<index ULID>/<process>-<ULID>.{ndjson,batch}`. */
  readonly store: ObjectStore
  readonly log: InvocationLog
  /** Who does what takes long; default: this thread. */
  readonly work?: IngestWork
  /** Bytes that may wait per index; default `MAX_PENDING_BYTES`. */
  readonly maxPendingBytes?: number
}

/**
 * Documents sent by HTTP wait as objects until their index's `commit_timeout_secs` is over, then
 * become one source:
 *
 *   body -> <ULID>.ndjson       its accepted documents; answered: durable
 *   timer -> <ULID>.batch       names the bodies; the batch's identity from now on
 *   indexSource(batch)          checkpoint and splits in one write, so a batch counts once
 *   delete bodies, then batch
 *
 * A process killed anywhere in between leaves the objects; `recover` goes on from them. They name the
 * index by its uid: documents of a deleted index do not turn up in another of the same name.
 */
export class IngestQueue implements IngestService {
  readonly #components: IngestQueueComponents
  readonly #ulids: UlidGenerator
  /** In every key of this queue, which tells them from those that an earlier process left. */
  readonly #process: string
  /** By index uid, as everything here. */
  readonly #waiting = new Map<string, WaitingBatch>()
  /** Sealed, and not yet published. */
  readonly #sealed = new Map<string, Set<WaitingBatch>>()
  readonly #pendingBytes = new Map<string, number>()
  readonly #commits = new Set<Promise<void>>()
  readonly #gate = new CallGate(COMMITS_AT_ONCE)
  readonly #stop = new AbortController()
  readonly #work: IngestWork

  constructor(components: IngestQueueComponents) {
    this.#components = components
    this.#ulids = new UlidGenerator(components.indexing.clock, components.indexing.random)
    this.#process = this.#ulids.next()
    this.#work = components.work ?? ingestWork(components)
  }

  async ingest(indexId: string, body: Uint8Array, commit: CommitMode): Promise<IngestOutcome> {
    const { indexing } = this.#components
    if (commit === 'force') {
      const outcome = outcomeOf(await this.#work.indexDocs({ indexId, body }))
      await this.#work.askUpkeep(indexId)
      return outcome
    }
    const { indexUid, config } = (await indexing.metastore.load(indexId)).metadata
    const checked = await this.#work.checkDocs({ indexId, body })
    const { accepted } = checked
    if (checked.docCount === 0) return outcomeOf(checked)
    await this.#reserve(indexUid, accepted.length)
    const key = await this.#keep(indexUid, accepted)
    // Stopping: it is durable, and the next start commits it.
    if (this.#stop.signal.aborted && commit === 'auto') return outcomeOf(checked)
    this.#stop.signal.throwIfAborted()
    // Only now: a batch that was open before the put may be sealed by the time it returns.
    const batch = this.#batchOf(indexUid, config.indexingSettings.commitTimeoutSecs)
    batch.keys.push(key)
    batch.waitingBytes += accepted.length
    if (batch.waitingBytes >= COMMIT_BYTES) this.#commitNow(indexUid, batch)
    if (commit === 'waitFor') await batch.committed
    return outcomeOf(checked)
  }

  async refresh(indexId: string): Promise<void> {
    const { indexUid } = (await this.#components.indexing.metastore.load(indexId)).metadata
    const open = this.#waiting.get(indexUid)
    if (open !== undefined) this.#commitNow(indexUid, open)
    // Those that an earlier commit took count as well: they were taken before this was asked.
    await Promise.all([...(this.#sealed.get(indexUid) ?? [])].map(({ committed }) => committed))
  }

  async erase(indexId: string): Promise<DeletesResult> {
    try {
      return await this.#work.erase(indexId)
    } catch (error) {
      this.#components.log({ event: 'erasure-failed', indexId, error: messageOf(error) })
      throw error
    }
  }

  /** Commits what an earlier process left: sealed batches first, then loose bodies. What fails is
   *  logged and left for the next start. No other process may be using the queue. */
  async recover(): Promise<void> {
    const left = new Map<string, { batches: string[]; bodies: string[] }>()
    for await (const { key } of this.#components.store.list('')) {
      if (key.includes(this.#process)) continue
      const indexUid = indexUidOf(key)
      const place = left.get(indexUid) ?? { batches: [], bodies: [] }
      left.set(indexUid, place)
      ;(key.endsWith('.batch') ? place.batches : place.bodies).push(key)
    }
    for (const [indexUid, { batches, bodies }] of left) {
      try {
        const sealed = new Set<string>()
        for (const batchKey of batches) {
          const keys = await this.#readBatch(batchKey)
          for (const key of keys) sealed.add(key)
          await this.#finish(indexUid, batchKey, keys)
        }
        const loose = bodies.filter((key) => !sealed.has(key))
        if (loose.length > 0) await this.#commit(indexUid, this.#newKey(indexUid, 'batch'), loose)
      } catch (error) {
        this.#components.log({ event: 'recovery-failed', indexUid, error: messageOf(error) })
      }
    }
  }

  /** Commits everything that waits; for a graceful stop. What cannot be committed now is left for the
   *  next start. */
  async drain(): Promise<void> {
    this.#stop.abort(
      new QwError('unavailable', 'the server is stopping; the documents are kept', {
        fix: 'they are indexed when it starts again',
      }),
    )
    for (const [indexUid, batch] of this.#waiting) this.#commitNow(indexUid, batch)
    await Promise.allSettled(this.#commits)
    await this.#work.stopUpkeep()
  }

  /** The key of a body that is durable now. */
  async #keep(indexUid: string, body: Uint8Array): Promise<string> {
    const { store } = this.#components
    const key = this.#newKey(indexUid, 'ndjson')
    try {
      await store.put(key, body, { condition: { kind: 'ifAbsent' } })
      return key
    } catch (error) {
      this.#release(indexUid, body.length)
      // The sender is told that it failed, and sends again: it must not be found later.
      await store.delete(key).catch(() => undefined)
      throw error
    }
  }

  #batchOf(indexUid: string, commitTimeoutSecs: number): WaitingBatch {
    const open = this.#waiting.get(indexUid)
    if (open !== undefined) return open
    const batch = new WaitingBatch()
    this.#waiting.set(indexUid, batch)
    const { clock } = this.#components.indexing
    void clock
      .sleep(commitTimeoutSecs * 1_000, batch.sealed.signal)
      .then(() => this.#commitNow(indexUid, batch))
      // Sealed early, because of its size or a stop: whoever sealed it commits it.
      .catch(() => undefined)
    return batch
  }

  #commitNow(indexUid: string, batch: WaitingBatch): void {
    if (this.#waiting.get(indexUid) !== batch) return
    this.#waiting.delete(indexUid)
    batch.sealed.abort()
    const sealed = this.#sealed.get(indexUid) ?? new Set()
    this.#sealed.set(indexUid, sealed.add(batch))
    const commit = this.#commitUntilDone(indexUid, batch)
    this.#commits.add(commit)
    void commit.finally(() => {
      this.#commits.delete(commit)
      sealed.delete(batch)
      if (sealed.size === 0) this.#sealed.delete(indexUid)
    })
  }

  /** Tries again what fails for a passing reason, for as long as the process runs: the documents were
   *  promised. Those who wait learn of the first failure. Never rejects. */
  async #commitUntilDone(indexUid: string, batch: WaitingBatch): Promise<void> {
    const { indexing, log } = this.#components
    const batchKey = this.#newKey(indexUid, 'batch')
    for (let failures = 0; ;) {
      try {
        await this.#gate.run(() => this.#commit(indexUid, batchKey, batch.keys))
        batch.resolve()
        await this.#work.askUpkeep(indexIdOf(indexUid))
        break
      } catch (error) {
        batch.reject(error)
        log({ event: 'commit-failed', indexUid, error: messageOf(error) })
        if (!isQwError(error, 'unavailable') && !isQwError(error, 'conflict')) break
        const pauseMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(failures++, 16))
        await indexing.clock.sleep(pauseMs, this.#stop.signal).catch(() => undefined)
        if (this.#stop.signal.aborted) break
      }
    }
    this.#release(indexUid, batch.waitingBytes)
  }

  /** May be repeated with the same `batchKey`. */
  async #commit(indexUid: string, batchKey: string, keys: readonly string[]): Promise<void> {
    const { store } = this.#components
    await store.put(batchKey, Buffer.from(JSON.stringify(keys)), { condition: { kind: 'always' } })
    await this.#finish(indexUid, batchKey, keys)
  }

  async #readBatch(batchKey: string): Promise<string[]> {
    const stored = await this.#components.store.get(batchKey)
    // Written by `#commit` alone, in one step.
    return JSON.parse(Buffer.from(stored?.bytes ?? []).toString('utf8')) as string[]
  }

  async #finish(indexUid: string, batchKey: string, keys: readonly string[]): Promise<void> {
    const { store, log } = this.#components
    if (!(await this.#work.indexBatch({ indexUid, batchKey, keys }))) {
      log({ event: 'documents-dropped', indexUid, reason: 'the index was deleted' })
    }
    for (const key of keys) await store.delete(key)
    await store.delete(batchKey)
  }

  /** Waits until there is room. Throws `unavailable` when there is none in time. */
  async #reserve(indexUid: string, byteCount: number): Promise<void> {
    const { indexing, maxPendingBytes = MAX_PENDING_BYTES } = this.#components
    const waiting = (): number => this.#pendingBytes.get(indexUid) ?? 0
    for (let waitedMs = 0; waiting() + byteCount > maxPendingBytes;) {
      if (waitedMs >= ROOM_WAIT_MS) {
        const indexId = indexIdOf(indexUid)
        throw new QwError('unavailable', `too much waits to be indexed into ${indexId}`, {
          code: 'THROTTLED',
          fix: 'send again in a few seconds',
        })
      }
      await indexing.clock.sleep(ROOM_LOOK_EVERY_MS)
      waitedMs += ROOM_LOOK_EVERY_MS
    }
    this.#pendingBytes.set(indexUid, waiting() + byteCount)
  }

  #release(indexUid: string, byteCount: number): void {
    const left = (this.#pendingBytes.get(indexUid) ?? 0) - byteCount
    if (left > 0) this.#pendingBytes.set(indexUid, left)
    else this.#pendingBytes.delete(indexUid)
  }

  #newKey(indexUid: string, kind: 'ndjson' | 'batch'): string {
    return `${indexUid.replace(':', '/')}/${this.#process}-${this.#ulids.next()}.${kind}`
  }
}

/** Bodies that wait for one commit. */
class WaitingBatch {
  readonly keys: string[] = []
  waitingBytes = 0
  readonly sealed = new AbortController()
  readonly committed: Promise<void>
  resolve: () => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor() {
    this.committed = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // Nobody may be waiting for it.
    this.committed.catch(() => undefined)
  }
}

function outcomeOf(
  docs: Omit<IngestOutcome, 'ingestedCount' | 'rejected'> & {
    readonly docCount: number
    readonly rejects: IngestOutcome['rejected']
  },
): IngestOutcome {
  const { docCount, rejectedCount, rejects } = docs
  return { ingestedCount: docCount, rejectedCount, rejected: rejects }
}

/** The first two folders of a key, as `{index_id}:{ULID}`. */
function indexUidOf(key: string): string {
  return key.split('/', 2).join(':')
}
