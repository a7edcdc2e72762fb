import type { JsonValue } from '../../src/engine/bytes/json.ts'
import { testConfig } from '../../src/engine/indexing/testing/indexing-fixture.ts'
import { ORPHAN_GRACE_MS } from '../../src/engine/metastore/index-file-changes.ts'
import { MAX_RETRY_MS } from '../../src/engine/metastore/margins.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import type { IndexConfig } from '../../src/engine/schema/index-config.ts'
import type { Dice } from './dice.ts'
import { type Documents, GROUPS, type StagedFile } from './documents.ts'
import * as jobs from './jobs.ts'
import * as readingJobs from './reading-jobs.ts'
import * as retryJobs from './retry-jobs.ts'
import type { Model } from './model.ts'

/** Shares of calls, and of jobs that the process dies in. */
export interface FaultRates {
  readonly refused: number
  readonly lost: number
  readonly late: number
  readonly dies: number
  readonly diesAfter: number
  /** Of calls before or after which the process sleeps for hours, as one that is suspended. */
  readonly sleeps: number
  /** Of steps after which everybody sleeps for a while. */
  readonly pause: number
}

export const NO_FAULTS: FaultRates = {
  refused: 0,
  lost: 0,
  late: 0,
  dies: 0,
  diesAfter: 0,
  sleeps: 0,
  pause: 0,
}

/** Each world has some faults and not others: with all of them all the time few things get far. */
export function randomFaults(dice: Dice): FaultRates {
  const rate = (most: number): number => (dice.chance(0.5) ? (most * (1 + dice.below(4))) / 4 : 0)
  const sleeps = rate(0.04)
  return {
    refused: rate(0.12),
    lost: rate(0.12),
    late: rate(0.05),
    dies: rate(0.03),
    diesAfter: rate(0.03),
    sleeps,
    pause: rate(0.02),
  }
}

interface Parts {
  readonly dice: Dice
  readonly model: Model
  readonly documents: Documents
  /** Where producers put files; without faults, as they are no part of this. */
  readonly staging: ObjectStore
  readonly nowMs: () => number
  /** Whether processes sleep for hours: then upkeep goes on meanwhile, and somebody clears. */
  readonly isSleepy: boolean
  /** Less than two clocks may differ. */
  readonly aboutMs: () => number
}

/** What there is to do in a world, in an order of its own. */
export class Scenario {
  readonly configs: readonly IndexConfig[]
  readonly #parts: Parts
  /** Of the documents of files; most worlds have none that are rejected. */
  readonly #oddShare: number
  readonly #files = new Map<string, StagedFile>()

  constructor(parts: Parts) {
    this.#parts = parts
    const { dice } = parts
    this.#oddShare = dice.of([0, 0, 0, 0.1, 0.4])
    const ids = ['logs', 'sales', 'orders'].slice(0, dice.of([1, 1, 1, 2, 3]))
    this.configs = ids.map((id) => randomConfig(dice, id))
  }

  get hasRejected(): boolean {
    return this.#oddShare > 0
  }

  /** As they are now, with what they hold. */
  filesOf(indexId: string): StagedFile[] {
    return [...this.#files.values()].filter((file) => file.indexId === indexId)
  }

  async randomJobs(): Promise<jobs.Job[]> {
    const { dice } = this.#parts
    const all: jobs.Job[] = []
    for (const config of this.configs) {
      const fileCount = dice.between(2, 10)
      for (let i = 0; i < fileCount; i++) all.push(...(await this.#deliveries(config.indexId, i)))
      all.push(...this.#upkeep(config))
    }
    return dice.shuffled(all)
  }

  indexAgain(file: StagedFile): jobs.Job {
    return jobs.indexFile(this.#parts.model, file, { isCurrent: () => true })
  }

  search(indexId: string): jobs.Job {
    const { dice, model, nowMs } = this.#parts
    const group = dice.chance(0.5) ? dice.below(GROUPS) : undefined
    return jobs.search(model, { indexId, group, nowMs })
  }

  /** A file's events: some come twice or thrice, some are of a file that is soon replaced. */
  async #deliveries(indexId: string, i: number): Promise<jobs.Job[]> {
    const { dice, model } = this.#parts
    const key = `${indexId}/${i}.ndjson`
    const deliver = async (): Promise<jobs.Job[]> => {
      const file = await this.#stage(indexId, key)
      const isCurrent = (): boolean => this.#files.get(key) === file
      const deadline = dice.chance(0.1) ? { deadlineAfterMs: dice.below(1_000) } : {}
      const job = jobs.indexFile(model, file, { isCurrent, ...deadline })
      return Array.from({ length: dice.of([1, 1, 1, 2, 3]) }, () => job)
    }
    const first = await deliver()
    return dice.chance(0.1) ? [...first, ...(await deliver())] : first
  }

  async #stage(indexId: string, key: string): Promise<StagedFile> {
    const { dice, documents, staging, model } = this.#parts
    const { text, lines } = documents.newLines(dice.between(1, 25), this.#oddShare)
    const info = await staging.put(key, Buffer.from(text), { condition: { kind: 'always' } })
    const file = { indexId, uri: `s3://staging/${key}`, info, lines }
    this.#files.set(key, file)
    model.addFile(file)
    return file
  }

  #upkeep(config: IndexConfig): jobs.Job[] {
    const { dice, model, isSleepy } = this.#parts
    const { indexId } = config
    const some = (most: number, make: (i: number) => jobs.Job): jobs.Job[] =>
      Array.from({ length: dice.below(most + 1) }, (_, i) => make(i))
    const snapshots = some(dice.chance(0.4) ? 2 : 0, (i) => jobs.snapshot(indexId, `s${i}`))
    return [
      ...some(4, () => jobs.merge(indexId)),
      ...some(4, () => jobs.janitor(indexId)),
      ...some(6, () => this.search(indexId)),
      ...some(2, () => this.#scroll(indexId)),
      ...some(dice.chance(0.4) ? 1 : 0, (i) =>
        readingJobs.exportIndex(model, indexId, `${indexId}-${i}`),
      ),
      ...some(dice.of([0, 2, 3]), () => jobs.askErasure(indexId, dice.below(GROUPS))),
      ...some(3, () => jobs.erase(indexId)),
      ...(this.#oddShare > 0 ? this.#repairs(config) : []),
      ...some(2, () => this.#request(indexId)),
      ...snapshots,
      ...some(snapshots.length, () => jobs.dropSnapshot(indexId, 's0')),
      ...some(snapshots.length, () => this.#restore(indexId)),
      ...(isSleepy ? this.#sleepers(indexId) : []),
      ...some(dice.chance(0.1) ? 1 : 0, () => jobs.clear(model, indexId)),
      ...some(dice.chance(0.1) ? 1 : 0, () => jobs.recreate(model, config)),
    ]
  }

  /** The mapping is mended, and what was rejected is tried again, by several at once and before it fits. */
  #repairs(config: IndexConfig): jobs.Job[] {
    const { dice } = this.#parts
    const retries = Array.from({ length: dice.between(1, 4) }, () =>
      retryJobs.retry(config.indexId),
    )
    return [retryJobs.addOddField(config), ...retries]
  }

  #scroll(indexId: string): jobs.Job {
    const { dice, model, nowMs } = this.#parts
    const group = dice.chance(0.3) ? dice.below(GROUPS) : undefined
    const paging = { pageHits: dice.of([3, 10, 50]), waitMs: dice.of([0, 20_000, 120_000]) }
    return readingJobs.scroll(model, { indexId, group, ...paging, nowMs })
  }

  #restore(indexId: string): jobs.Job {
    const { dice, model } = this.#parts
    const checkpoint = dice.of<'restored' | 'kept'>(['restored', 'kept'])
    return jobs.restore(model, { indexId, name: dice.of(['s0', 's1']), checkpoint })
  }

  #request(indexId: string): jobs.Job {
    const { dice, model, documents } = this.#parts
    return jobs.ingestRequest(model, indexId, documents.newLines(dice.between(1, 8)))
  }

  /** Writers that sleep when it matters, and what may happen to their splits meanwhile. */
  #sleepers(indexId: string): jobs.Job[] {
    const { dice, model, aboutMs } = this.#parts
    const justUnderADay = (): number => ORPHAN_GRACE_MS - aboutMs()
    const asleep = (job: jobs.Job): jobs.Job => {
      // Who sleeps longer than it may try again gives up: that is the lesser danger.
      const justMayTry = MAX_RETRY_MS - aboutMs()
      const forMs = dice.of([justMayTry, justMayTry, 3 * 3600_000, justUnderADay()])
      const meanwhile = [
        jobs.keepUp(indexId, dice.between(2, 10)),
        ...(dice.chance(0.3) ? [jobs.clear(model, indexId)] : []),
        jobs.cleanUpLater(indexId, forMs - aboutMs()),
      ]
      return {
        ...job,
        sleeps: { when: dice.of(['before', 'unanswered', 'uploaded']), forMs, meanwhile },
      }
    }
    const files = dice.shuffled(this.filesOf(indexId)).slice(0, 1)
    // Of a file somebody else has been told meanwhile; of a request nobody knows.
    const requests = Array.from({ length: 4 }, () => this.#request(indexId))
    return [...files.map((file) => this.indexAgain(file)), ...requests].map(asleep)
  }
}

function randomConfig(dice: Dice, indexId: string): IndexConfig {
  const factors = { merge_factor: 2, max_merge_factor: dice.between(2, 5) }
  const mergePolicy = dice.of<Record<string, JsonValue>>([
    { type: 'stable_log', ...factors, min_level_num_docs: 100 },
    { type: 'stable_log', ...factors, min_level_num_docs: 100 },
    { type: 'limit_merge', ...factors },
    { type: 'no_merge' },
  ])
  const retention = { period: dice.of(['1 day', '2 days']), schedule: 'hourly' }
  return testConfig(
    {
      split_num_docs_target: dice.of([5, 20, 1_000]),
      docstore_blocksize: 2_000,
      merge_policy: mergePolicy,
    },
    { index_id: indexId, ...(dice.chance(0.25) ? { retention } : {}) },
  )
}
