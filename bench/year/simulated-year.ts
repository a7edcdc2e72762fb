import { QwError } from '../../src/engine/errors.ts'
import { publishedSplits, type IndexFile } from '../../src/engine/metastore/index-metadata.ts'
import { metastoreKey, splitIdOfKey } from '../../src/engine/metastore/layout.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { bodyBytes, type Clock, type ObjectStore, type Random } from '../../src/engine/ports.ts'
import type { IndexConfig } from '../../src/engine/schema/index-config.ts'
import { decodeFooter } from '../../src/engine/split/footer.ts'
import { makeIndexerHandler, type IndexerHandler } from '../../src/functions/indexer-handler.ts'
import { countingStore } from '../../src/stores/counting-store.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { createDice } from '../dice.ts'
import { MortalProcess } from './mortal-process.ts'
import { NO_READS, type QueryReads, readsPerQuery } from './query-reads.ts'
import { batchLines, countDocs, eventsConfig, INDEX_ID } from './year-index.ts'

const BATCHES_A_DAY = 288
const STEP_MS = 300_000
const DAY_MS = 86_400_000
const START_MS = Date.UTC(2025, 0, 1)
/** What AWS gives an invocation. */
const TIMEOUT_MS = 900_000
/** A failed invocation is tried again after the queue's visibility time. */
const RETRY_MS = 30 * 60_000
/** Of 1,000 batches: so many come late, are announced twice, and so many invocations die. */
const LATE = 20
const TWICE = 10
const DEADLY = 5
const LATEST_MS = 2 * DAY_MS
const SECOND_NOTICE_MS = 10 * DAY_MS
/** An invocation makes some ten calls; one that merges some more. */
const CALLS = 14
/** Days between looks at what a search costs. */
const LOOK_DAYS = 5

export interface YearSettings {
  readonly days: number
  readonly retentionDays: number
  /** Documents of a batch that the figures stand for. */
  readonly docsPerBatch: number
  /** Documents of a batch that are really there: every limit of the policy in documents is made smaller
   *  by as much, so that the same splits are merged. */
  readonly realDocsPerBatch: number
  readonly seed: number
  readonly onDay?: (day: YearDay) => void
}

/** What an index is at the end of a day, and what that day cost. */
export interface YearDay {
  readonly day: number
  readonly publishedSplits: number
  readonly metastoreBytes: number
  /** Objects under the index's prefix, and those of them that its file names or that are that file. */
  readonly objects: number
  readonly namedObjects: number
  readonly puts: number
  /** GET and HEAD, the conditional ones among them. */
  readonly gets: number
  readonly lists: number
  /** Bytes of all metastore files written. */
  readonly metastoreWrittenBytes: number
  readonly indexedDocs: number
  /** Documents in all split objects that were put. */
  readonly writtenDocs: number
  /** The last look at what a search costs. */
  readonly query: QueryReads
}

export interface SimulatedYear {
  readonly days: readonly YearDay[]
  readonly batchCount: number
  readonly deathCount: number
  /** Documents of the retention period that were sent, and those that a search counts. */
  readonly sentDocs: number
  readonly foundDocs: number
}

interface Notice {
  readonly batch: number
  readonly atMs: number
}

/**
 * Batches day after day by a clock that only this moves: through the indexer function, its merges,
 * upkeep every hour, clean-up and retention, over a store in memory. Some come late, some are announced
 * twice, some invocations die at one of their store calls and are tried again.
 */
export async function simulateYear(settings: YearSettings): Promise<SimulatedYear> {
  return await new Life(settings).run()
}

class Life {
  readonly #settings: YearSettings
  readonly #random: () => number
  readonly #config: IndexConfig
  readonly #clock: Clock
  readonly #staging: ObjectStore
  readonly #index
  #nowMs = START_MS
  #process: { readonly handler: IndexerHandler; readonly mortal: MortalProcess }
  #notices: Notice[] = []
  readonly #staged: Notice[] = []
  readonly #arrived = new Set<number>()
  #deathCount = 0
  #writtenDocs = 0
  #query = NO_READS
  readonly #days: YearDay[] = []

  constructor(settings: YearSettings) {
    this.#settings = settings
    this.#random = createDice(settings.seed)
    this.#config = eventsConfig(settings)
    this.#clock = { nowMs: () => this.#nowMs, sleep: () => Promise.resolve() }
    this.#staging = countingStore(memoryStore(this.#clock))
    this.#index = countingStore(this.#noting(memoryStore(this.#clock)))
    this.#process = this.#newProcess()
  }

  async run(): Promise<SimulatedYear> {
    const { days, retentionDays, realDocsPerBatch, onDay } = this.#settings
    for (let day = 0; day < days; day++) {
      for (let i = 0; i < BATCHES_A_DAY; i++) await this.#step(day * BATCHES_A_DAY + i)
      const end = await this.#endOfDay(day)
      this.#days.push(end)
      onDay?.(end)
    }
    const sinceMs = this.#nowMs - retentionDays * DAY_MS
    const sent = [...this.#arrived].filter((batch) => batchMs(batch) >= sinceMs)
    return {
      days: this.#days,
      batchCount: days * BATCHES_A_DAY,
      deathCount: this.#deathCount,
      sentDocs: sent.length * realDocsPerBatch,
      foundDocs: await countDocs(this.#newMetastore(this.#index), sinceMs / 1000),
    }
  }

  async #step(batch: number): Promise<void> {
    this.#nowMs = batchMs(batch) + STEP_MS
    const lateMs = this.#draws(LATE) ? this.#random() * LATEST_MS : 0
    this.#notices.push({ batch, atMs: this.#nowMs + lateMs })
    if (this.#draws(TWICE)) {
      this.#notices.push({ batch, atMs: this.#nowMs + lateMs + this.#random() * SECOND_NOTICE_MS })
    }
    const due = this.#notices.filter(({ atMs }) => atMs <= this.#nowMs)
    this.#notices = this.#notices.filter(({ atMs }) => atMs > this.#nowMs)
    for (const notice of due) await this.#deliver(notice)
    if (batch % (3_600_000 / STEP_MS) === 0) await this.#invoke({ action: 'upkeep' })
  }

  async #deliver(notice: Notice): Promise<void> {
    const key = `${INDEX_ID}/${String(notice.batch).padStart(6, '0')}.ndjson`
    if (!this.#arrived.has(notice.batch)) {
      this.#arrived.add(notice.batch)
      const lines = batchLines(notice.batch, batchMs(notice.batch), this.#settings.realDocsPerBatch)
      await this.#staging.put(key, lines, { condition: { kind: 'always' } })
      this.#staged.push({ ...notice, atMs: this.#nowMs })
    }
    const s3 = { bucket: { name: 'staging' }, object: { key } }
    const isDone = await this.#invoke({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] })
    if (!isDone) this.#notices.push({ ...notice, atMs: this.#nowMs + RETRY_MS })
  }

  /** False: the process died before it answered. */
  async #invoke(event: unknown): Promise<boolean> {
    const isDeadly = this.#draws(DEADLY)
    const { handler, mortal } = this.#process
    if (isDeadly) mortal.dieAfter(Math.floor(this.#random() * CALLS))
    const deadlineMs = this.#nowMs + TIMEOUT_MS
    try {
      await handler(event, { requestId: 'r', deadlineMs })
      return true
    } catch (error) {
      if (!isDeadly || !(error instanceof QwError)) throw error
      return false
    } finally {
      // One that only lost its merges or its clean-up answered, and is gone all the same.
      if (isDeadly) {
        this.#deathCount++
        this.#process = this.#newProcess()
      }
    }
  }

  async #endOfDay(day: number): Promise<YearDay> {
    await this.#expireStaged()
    const { requests } = this.#index
    const staged = (this.#staging as ReturnType<typeof countingStore>).requests
    const of = (...verbs: string[]): number =>
      [...requests, ...staged].filter(({ verb }) => verbs.includes(verb)).length
    // The producer's own puts are not the index's.
    const puts = requests.filter(({ verb }) => verb === 'put')
    const costs = {
      puts: puts.length,
      gets: of('get', 'read', 'head'),
      lists: of('list'),
      metastoreWrittenBytes: puts
        .filter(({ key }) => key === metastoreKey(INDEX_ID))
        .reduce((sum, { bytes }) => sum + bytes, 0),
      indexedDocs:
        staged.filter(({ verb }) => verb === 'put').length * this.#settings.realDocsPerBatch,
      writtenDocs: this.#writtenDocs,
    }
    this.#writtenDocs = 0
    const metastore = this.#newMetastore(this.#index)
    const file = await metastore.load(INDEX_ID)
    if (day % LOOK_DAYS === LOOK_DAYS - 1 || day === this.#settings.days - 1) {
      this.#query = await readsPerQuery(this.#index, this.#clock)
    }
    const end = { day, ...(await this.#standing(file)), ...costs, query: this.#query }
    this.#index.reset()
    ;(this.#staging as ReturnType<typeof countingStore>).reset()
    return end
  }

  async #standing(file: IndexFile) {
    const named = new Set(file.splits.map(({ splitId }) => splitId))
    let [objects, namedObjects, metastoreBytes] = [0, 0, 0]
    for await (const { key, sizeBytes } of this.#index.list(`${INDEX_ID}/`)) {
      const splitId = splitIdOfKey(INDEX_ID, key)
      objects++
      if (key === metastoreKey(INDEX_ID)) metastoreBytes = sizeBytes
      if (splitId === undefined || named.has(splitId)) namedObjects++
    }
    return { publishedSplits: publishedSplits(file).length, objects, namedObjects, metastoreBytes }
  }

  /** As the rule of the staging bucket does. */
  async #expireStaged(): Promise<void> {
    while (this.#staged[0] !== undefined && this.#staged[0].atMs + DAY_MS < this.#nowMs) {
      const { batch } = this.#staged.shift() ?? { batch: 0 }
      await this.#staging.delete(`${INDEX_ID}/${String(batch).padStart(6, '0')}.ndjson`)
    }
  }

  #newProcess() {
    const mortal = new MortalProcess(this.#index)
    const handler = makeIndexerHandler(
      {
        clock: this.#clock,
        random: this.#bytes(),
        metastore: this.#newMetastore(mortal.store),
        openBucket: () => this.#staging,
        configFor: () => Promise.resolve(this.#config),
        log: () => {},
      },
      { mergesEnabled: true, janitorEnabled: true, stagingBucket: 'staging' },
    )
    return { handler, mortal }
  }

  #newMetastore(store: ObjectStore): Metastore {
    return new Metastore(store, { clock: this.#clock, random: this.#bytes() })
  }

  #bytes(): Random {
    return { bytes: (count) => Uint8Array.from({ length: count }, () => this.#random() * 256) }
  }

  #draws(perThousand: number): boolean {
    return this.#random() * 1_000 < perThousand
  }

  /** Adds up the documents of all splits that are put. */
  #noting(inner: ObjectStore): ObjectStore {
    return {
      ...inner,
      put: async (key, body, options) => {
        const info = await inner.put(key, body, options)
        if (splitIdOfKey(INDEX_ID, key) !== undefined)
          this.#writtenDocs += decodeFooter(bodyBytes(body)).docCount
        return info
      },
    }
  }
}

function batchMs(batch: number): number {
  return START_MS + batch * STEP_MS
}
