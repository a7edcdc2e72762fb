import { countingStore } from '../../../stores/counting-store.ts'
import { memoryStore } from '../../../stores/memory-store.ts'
import { faultyStore, type FaultPlan } from '../../../stores/testing/faulty-store.ts'
import { instantClock } from '../../../stores/testing/instant-clock.ts'
import type { DeleteQuery } from '../../metastore/delete-task.ts'
import { ORPHAN_GRACE_MS } from '../../metastore/index-file-changes.ts'
import { splitKey } from '../../metastore/layout.ts'
import { Metastore } from '../../metastore/metastore.ts'
import { deleteSnapshot, readSnapshot, takeSnapshot } from '../../metastore/snapshots.ts'
import type { ObjectStore } from '../../ports.ts'
import { docMatcher } from '../../search/match-docs.ts'
import { copyIndex } from '../copy-index.ts'
import { runDeletes } from '../deletes.ts'
import { indexDocs } from '../index-docs.ts'
import { runJanitor } from '../janitor.ts'
import { runMerges } from '../merge.ts'
import { restoreSnapshot } from '../restore.ts'
import {
  countingRandom,
  FIRST_TS,
  numbersIn,
  publishedNumbers,
  testConfig,
  testLines,
} from './indexing-fixture.ts'

const MERGING = { merge_policy: { type: 'stable_log', merge_factor: 3, max_merge_factor: 4 } }
const indexId = 'events'

/** An index of ten documents a split, numbered on, and all that can happen to it. Splits larger than
 *  `hotSplitBytes` are in its hot cache; without it none of these is. */
export async function snapshotWorld(
  splitCount: number,
  plan: FaultPlan = () => undefined,
  hotSplitBytes?: number,
) {
  const clock = instantClock(FIRST_TS * 1000)
  const inner = memoryStore(clock)
  const store = countingStore(faultyStore(inner, plan, clock))
  const random = countingRandom()
  const metastore = new Metastore(store, { clock, random })
  const components = {
    metastore,
    clock,
    random,
    ...(hotSplitBytes !== undefined && { hotSplitBytes }),
  }
  await metastore.createIndex(testConfig(MERGING))
  const matchDocs = docMatcher(store)
  const acts = {
    add: (from: number, end: number) =>
      indexDocs(components, { indexId, body: Buffer.from(testLines(from, end)) }),
    merge: () => runMerges(components, { indexId }),
    take: (name: string) => takeSnapshot(components, { indexId, name }),
    drop: (name: string) => deleteSnapshot(metastore, { indexId, name }),
    restore: (name: string, checkpoint: 'restored' | 'kept' = 'restored') =>
      restoreSnapshot(components, { indexId, name, checkpoint, matchDocs }),
    copy: (name: string, targetId: string, target = components) =>
      copyIndex({ source: components, indexId, name, target, targetId, matchDocs }),
    ask: (text: string) => metastore.addDeleteTask(indexId, asked(text)),
    erase: (more: Partial<Parameters<typeof runDeletes>[1]> = {}) =>
      runDeletes(components, { indexId, matchDocs, ...more }),
    clear: () => metastore.clearIndex(indexId),
    /** Past every grace. */
    cleanUp: async (ofIndex = indexId) => {
      clock.advance(2 * ORPHAN_GRACE_MS)
      await runJanitor(components, { indexId: ofIndex })
    },
  }
  for (let i = 0; i < splitCount; i++) await acts.add(i * 10, i * 10 + 10)
  store.reset()
  return { clock, inner, store, metastore, components, ...acts }
}

export function asked(text: string, more: Partial<DeleteQuery> = {}): DeleteQuery {
  return {
    dialect: 'native',
    text,
    searchFields: undefined,
    startTimestamp: undefined,
    endTimestamp: undefined,
    ...more,
  }
}

export const published = (metastore: Metastore, id = indexId) => publishedNumbers(metastore, id)

/** The documents of a snapshot, ascending: read from the objects of its splits. */
export async function numbersOf(metastore: Metastore, name: string): Promise<number[]> {
  const { file } = await readSnapshot(metastore, { indexId, name })
  const numbers: number[] = []
  for (const { splitId } of file.splits) {
    const stored = await metastore.store.get(splitKey(indexId, splitId))
    numbers.push(...numbersIn(stored?.bytes ?? new Uint8Array()))
  }
  return numbers.toSorted((a, b) => a - b)
}

export async function keysOf(store: ObjectStore, suffix: string, id = indexId): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of store.list(`${id}/`)) if (key.endsWith(suffix)) found.push(key)
  return found
}

/** 0 to `end`, exclusive, without those that are gone. */
export function numbersTo(end: number, gone: (n: number) => boolean = () => false): number[] {
  return Array.from({ length: end }, (_, n) => n).filter((n) => !gone(n))
}
