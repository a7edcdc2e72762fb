import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../../engine/indexing/testing/indexing-fixture.ts'
import type { IndexingComponents } from '../../engine/indexing/components.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import type { Clock, ObjectStore } from '../../engine/ports.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { prefixStore } from '../../stores/prefix-store.ts'
import { faultyStore, type FaultPlan } from '../../stores/testing/faulty-store.ts'
import { IngestQueue } from '../ingest-queue.ts'
import { ingestWork } from '../ingest-work.ts'

/** Sleepers wake when a test moves the time to them. */
function manualClock(): Clock & { advance(ms: number): void } {
  let nowMs = 1_700_000_000_000
  let sleepers: { readonly dueMs: number; readonly wake: () => void }[] = []
  return {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        if (signal?.aborted === true) reject(signal.reason)
        sleepers.push({ dueMs: nowMs + ms, wake })
      }),
    advance(ms) {
      nowMs += ms
      const due = sleepers.filter(({ dueMs }) => dueMs <= nowMs)
      sleepers = sleepers.filter(({ dueMs }) => dueMs > nowMs)
      for (const { wake } of due) wake()
    },
  }
}

let seed = 0
export const noFaults: FaultPlan = () => undefined

interface QueueSettings {
  readonly maxPendingBytes?: number
  /** Batches wait for it before they are indexed. */
  readonly beforeBatch?: () => Promise<void>
}

/** A process over stores that outlive it. */
export function startQueue(
  disk: ObjectStore,
  plan: FaultPlan = noFaults,
  settings: QueueSettings = {},
) {
  const clock = manualClock()
  const random = countingRandom(++seed * 7919)
  const faulty = faultyStore(disk, plan, clock)
  const store = prefixStore(faulty, 'queue/')
  const metastore = new Metastore(prefixStore(faulty, 'index/'), { clock, random })
  const indexing: IndexingComponents = { metastore, clock, random }
  const lines: Readonly<Record<string, unknown>>[] = []
  const { beforeBatch, ...limits } = settings
  const components = { indexing, store, log: (fields: (typeof lines)[0]) => lines.push(fields) }
  const work = ingestWork(components)
  const queue = new IngestQueue({
    ...components,
    ...limits,
    work: {
      ...work,
      async indexBatch(task) {
        await beforeBatch?.()
        return await work.indexBatch(task)
      },
    },
  })
  return { clock, metastore, queue, store, lines }
}

export async function diskWithIndex(disk: ObjectStore = memoryStore()): Promise<ObjectStore> {
  await startQueue(disk).metastore.createIndex(testConfig())
  return disk
}

export async function numbersOn(disk: ObjectStore): Promise<number[]> {
  return await publishedNumbers(startQueue(disk).metastore)
}

export async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

export const docs = (from: number, end: number): Buffer => Buffer.from(testLines(from, end))
export const upTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n)
export const COMMIT_MS = 60_000

export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}
