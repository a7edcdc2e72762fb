import { isQwError, messageOf } from '../engine/errors.ts'
import type { Clock, ObjectInfo, ObjectStore } from '../engine/ports.ts'
import { encodeEventKey } from '../functions/indexer-event.ts'
import type { IndexerHandler, IndexerReport, QueueReport } from '../functions/indexer-handler.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'

/** Deliveries of one notification before it is given up, as the queue's redrive policy has it. */
const MAX_DELIVERIES = 5
const REDELIVERY_MS = 1_000
/** What was indexed in part, or is not needed any more, expires after this long, as in the staging bucket. */
const STAGED_EXPIRY_MS = 86_400_000

interface StagingComponents {
  readonly store: ObjectStore
  /** The name that events give the bucket. */
  readonly bucket: string
  readonly indexer: IndexerHandler
  readonly clock: Clock
  readonly log: InvocationLog
}

/**
 * The staging bucket of the embedded stack: what is put here is announced to the indexer, as S3 and
 * its queue do it in AWS. One notification is delivered at a time, in the order of the puts.
 *
 * An object goes as soon as all of its documents are indexed: a day of the generator's batches would
 * fill a laptop's disk, and a data folder that is copied elsewhere would bring them as new files. With
 * rejected documents it stays until it expires. One that could not be indexed stays for good, however
 * old: files moved in by hand keep the time of their last change.
 */
export class StagingBucket {
  /** Puts through this store are announced. */
  readonly store: ObjectStore
  readonly #components: StagingComponents
  readonly #reports: IndexerReport[] = []
  #queue: Promise<void> = Promise.resolve()
  #deadLetters: { key: string; error: string }[] = []

  constructor(components: StagingComponents) {
    this.#components = components
    this.store = {
      ...components.store,
      put: async (key, body, options) => {
        const info = await components.store.put(key, body, options)
        this.#announce(info, options.signal)
        return info
      },
    }
  }

  /** Waits until every announced object is indexed or given up; returns what was done since last asked. */
  async settled(): Promise<{
    reports: readonly IndexerReport[]
    deadLetters: readonly { readonly key: string; readonly error: string }[]
  }> {
    await this.#queue
    const deadLetters = this.#deadLetters
    this.#deadLetters = []
    return { reports: this.#reports.splice(0), deadLetters }
  }

  /** Announces what lies here already: a killed process took its queue with it, and users may copy
   *  files in by hand. What was indexed before is recognised and adds nothing. */
  async recover(signal?: AbortSignal): Promise<number> {
    let announced = 0
    for await (const info of this.#components.store.list('', signal)) {
      this.#announce(info)
      announced++
    }
    return announced
  }

  #announce(info: ObjectInfo, signal?: AbortSignal): void {
    this.#queue = this.#queue.then(() => this.#deliver(info, signal))
  }

  /** Aborted, the object stays as it is: whoever recovers next goes on with it. */
  async #deliver(info: ObjectInfo, signal: AbortSignal | undefined): Promise<void> {
    const { indexer, clock, log } = this.#components
    const { key } = info
    const isStopped = (): boolean => signal?.aborted === true
    for (let delivery = 1; !isStopped(); delivery++) {
      try {
        const report = await indexer(this.#eventFor(key), {
          requestId: `local-${clock.nowMs()}`,
          deadlineMs: undefined,
          signal,
        })
        if (!isIndexerReport(report) || isStopped()) return
        this.#reports.push(report)
        await this.#removeIfDone(info, report)
        return
      } catch (error) {
        if (isStopped()) return
        log({ event: 'delivery-failed', key, delivery, error: messageOf(error) })
        if (delivery >= MAX_DELIVERIES || !isWorthRetrying(error)) {
          this.#deadLetters.push({ key, error: messageOf(error) })
          return
        }
        await clock.sleep(REDELIVERY_MS, signal).catch(() => undefined)
      }
    }
  }

  async #removeIfDone(info: ObjectInfo, report: IndexerReport): Promise<void> {
    const { store, clock, log } = this.#components
    const isWhole = report.num_docs > 0 && report.num_invalid_docs === 0
    const isExpired = clock.nowMs() - info.modifiedMs >= STAGED_EXPIRY_MS
    if (!isWhole && !isExpired) return
    try {
      // One that was put again meanwhile has its own notification to come.
      const { etag } = await store.head(info.key)
      if (etag === info.etag) await store.delete(info.key)
    } catch (error) {
      if (isQwError(error, 'notFound')) return
      log({ event: 'staged-not-removed', key: info.key, error: messageOf(error) })
    }
  }

  #eventFor(key: string): unknown {
    return {
      Records: [
        {
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: this.#components.bucket }, object: { key: encodeEventKey(key) } },
        },
      ],
    }
  }
}

function isIndexerReport(report: IndexerReport | QueueReport): report is IndexerReport {
  return 'num_docs' in report
}

/** A mistake in the file will be there the next time too. */
function isWorthRetrying(error: unknown): boolean {
  if (!isQwError(error)) return true
  return error.kind !== 'invalid' && error.kind !== 'notFound' && error.kind !== 'corrupt'
}
