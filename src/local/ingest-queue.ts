import type { CommitMode, IngestOutcome, IngestService } from '../api/services.ts'
import { isQwError, messageOf, QwError } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { dryRunSource } from '../engine/indexing/dry-run.ts'
import { indexDocs } from '../engine/indexing/index-docs.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import type { Source } from '../engine/indexing/source.ts'
import { UlidGenerator } from '../engine/metastore/ulid.ts'
import type { ObjectStore } from '../engine/ports.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'

/** Bytes that may wait for their commit, per index; past it clients are told to come back. */
const MAX_WAITING_BYTES = 256 << 20
/** A batch is committed early when this much waits. */
const COMMIT_BYTES = 64 << 20
const MAX_DOCS_PER_REQUEST = 10_000_000

export interface IngestQueueComponents {
  readonly indexing: IndexingComponents
  /** Holds `<index_id>/<ulid>.ndjson` until committed, and `<index_id>/<ulid>.batch` while committing. */
  readonly store: ObjectStore
  readonly log: InvocationLog
}

/**
 * Documents sent by HTTP wait as objects until their index's `commit_timeout_secs` is over, then
 * become one source:
 *
 *   body -> <ulid>.ndjson       answered: durable
 *   timer -> <ulid>.batch       names the bodies; the batch's identity from now on
 *   indexSource(batch)          checkpoint and splits in one write, so a batch counts once
 *   delete bodies, then batch
 *
 * A process killed anywhere in between leaves the objects; `recover` goes on from them.
 */
export class IngestQueue implements IngestService {
  readonly #components: IngestQueueComponents
  readonly #ulids: UlidGenerator
  readonly #waiting = new Map<string, WaitingBatch>()
  readonly #commits = new Set<Promise<void>>()

  constructor(components: IngestQueueComponents) {
    this.#components = components
    this.#ulids = new UlidGenerator(components.indexing.clock, components.indexing.random)
  }

  async ingest(indexId: string, body: Uint8Array, commit: CommitMode): Promise<IngestOutcome> {
    const { indexing, store } = this.#components
    if (commit === 'force') {
      const result = await indexDocs(indexing, { indexId, body })
      return {
        ingestedCount: result.docCount,
        rejectedCount: result.rejectedCount,
        rejected: result.rejects,
      }
    }
    const file = await indexing.metastore.load(indexId)
    const checked = await dryRunSource(indexing, {
      indexId,
      source: bodySource('request', [body]),
      maxDocs: MAX_DOCS_PER_REQUEST,
    })
    const outcome = {
      ingestedCount: checked.docCount,
      rejectedCount: checked.rejectedCount,
      rejected: checked.rejects,
    }
    if (checked.docCount === 0) return outcome
    if ((this.#waiting.get(indexId)?.waitingBytes ?? 0) + body.length > MAX_WAITING_BYTES) {
      throw new QwError('unavailable', `too much waits to be indexed into ${indexId}`, {
        code: 'THROTTLED',
        fix: 'send again in a few seconds',
      })
    }
    const key = `${indexId}/${this.#ulids.next()}.ndjson`
    await store.put(key, body, { condition: { kind: 'ifAbsent' } })
    // Only now: a batch that was open before the put may be sealed by the time it returns.
    const batch = this.#batchOf(indexId, file.metadata.config.indexingSettings.commitTimeoutSecs)
    batch.keys.push(key)
    batch.waitingBytes += body.length
    if (batch.waitingBytes >= COMMIT_BYTES) this.#commitNow(indexId, batch)
    if (commit === 'waitFor') await batch.committed
    return outcome
  }

  /** Commits what an earlier process left: sealed batches first, then loose bodies. */
  async recover(): Promise<void> {
    const loose = new Map<string, string[]>()
    const sealed: string[] = []
    for await (const { key } of this.#components.store.list('')) {
      if (key.endsWith('.batch')) sealed.push(key)
      else loose.set(folderOf(key), [...(loose.get(folderOf(key)) ?? []), key])
    }
    const taken = new Set<string>()
    for (const batchKey of sealed) {
      for (const key of await this.#finish(batchKey)) taken.add(key)
    }
    for (const [indexId, keys] of loose) {
      const left = keys.filter((key) => !taken.has(key))
      if (left.length > 0) await this.#commit(indexId, left)
    }
  }

  /** Commits everything that waits; for a graceful stop. */
  async drain(): Promise<void> {
    for (const [indexId, batch] of this.#waiting) this.#commitNow(indexId, batch)
    await Promise.allSettled(this.#commits)
  }

  #batchOf(indexId: string, commitTimeoutSecs: number): WaitingBatch {
    const open = this.#waiting.get(indexId)
    if (open !== undefined) return open
    const batch = new WaitingBatch()
    this.#waiting.set(indexId, batch)
    const { clock } = this.#components.indexing
    void clock
      .sleep(commitTimeoutSecs * 1_000, batch.sealed.signal)
      .then(() => this.#commitNow(indexId, batch))
      // Sealed early, because of its size or a stop: whoever sealed it commits it.
      .catch(() => undefined)
    return batch
  }

  #commitNow(indexId: string, batch: WaitingBatch): void {
    if (this.#waiting.get(indexId) !== batch) return
    this.#waiting.delete(indexId)
    batch.sealed.abort()
    const commit = this.#commit(indexId, batch.keys).then(batch.resolve, (error: unknown) => {
      // The bodies stay where they are: the next start commits them.
      this.#components.log({ event: 'commit-failed', indexId, error: messageOf(error) })
      batch.reject(error)
    })
    this.#commits.add(commit)
    void commit.finally(() => this.#commits.delete(commit))
  }

  async #commit(indexId: string, keys: readonly string[]): Promise<void> {
    const batchKey = `${indexId}/${this.#ulids.next()}.batch`
    const names = Buffer.from(JSON.stringify(keys))
    await this.#components.store.put(batchKey, names, { condition: { kind: 'ifAbsent' } })
    await this.#finish(batchKey)
  }

  /** Indexes a sealed batch and removes it; returns the bodies' keys. */
  async #finish(batchKey: string): Promise<string[]> {
    const { indexing, store } = this.#components
    const stored = await store.get(batchKey)
    const keys = JSON.parse(Buffer.from(stored?.bytes ?? []).toString('utf8')) as string[]
    const bodies: Uint8Array[] = []
    for (const key of keys) {
      const body = await getIfThere(store, key)
      if (body !== undefined) bodies.push(body)
    }
    // Bodies are removed only after the batch was published: a missing one says that it was.
    if (bodies.length === keys.length) {
      const source = bodySource(`queue:${batchKey}`, bodies)
      await indexSource(indexing, { indexId: folderOf(batchKey), source })
    }
    for (const key of keys) await store.delete(key)
    await store.delete(batchKey)
    return keys
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

function bodySource(uri: string, bodies: readonly Uint8Array[]): Source {
  return {
    uri,
    etag: '',
    sizeBytes: bodies.reduce((sum, body) => sum + body.length, 0),
    async *open() {
      for (const body of bodies) {
        yield body
        if (body.at(-1) !== NEWLINE) yield Uint8Array.of(NEWLINE)
      }
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

const NEWLINE = 0x0a

async function getIfThere(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return (await store.get(key))?.bytes
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

function folderOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}
