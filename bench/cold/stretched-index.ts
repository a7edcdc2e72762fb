import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { decodeIndexFile, encodeIndexFile } from '../../src/engine/metastore/index-file-codec.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import { metastoreKey, splitIdOfKey, splitKey } from '../../src/engine/metastore/layout.ts'
import type { SplitRecord } from '../../src/engine/metastore/split-record.ts'
import { simulateMerging } from '../../src/engine/indexing/testing/simulated-merging.ts'
import { refreshHotCache } from '../../src/engine/indexing/refresh-hot-cache.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { folderStore } from '../../src/stores/folder-store.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'
import { MAX_MERGE_BYTES } from './built-index.ts'
import type { NameOf } from './s3-model.ts'

/** The mock sales of the tutorial: 100,000 documents every five minutes, thirty days kept. */
const MONTH = {
  days: 30,
  docsPerFile: 100_000,
  bytesPerDoc: 31,
  retentionDays: 30,
  maxMergeBytes: MAX_MERGE_BYTES,
}

/** Of the hot cache, until it has all splits of the month. */
const HOT_WRITES = 3

export interface StretchedIndex {
  readonly folder: string
  readonly nameOf: NameOf
  readonly splitCount: number
}

interface Stretch {
  readonly indexId: string
  /** Of a split; undefined: as the index says. */
  readonly targetDocs: number | undefined
  /** Where the index file is written. */
  readonly cache: string
}

/**
 * The index of a month, with a few real splits that stand for all of its splits: how many it has, how
 * large each is and which time it spans are what the merge policy makes of the month's files
 * (`simulateMerging`); the bytes of each are those of the real split that is nearest in size. Its index file
 * and its hot cache are real, and every split has a name of its own, so that nothing of one is found in the cache of another.
 */
export async function stretchToMonth(
  realFolder: string,
  { indexId, targetDocs, cache }: Stretch,
): Promise<StretchedIndex> {
  const key = metastoreKey(indexId)
  const realStore = folderStore({ root: realFolder, survives: 'processEnd' })
  const file = decodeIndexFile(readFileSync(join(realFolder, key)), key)
  const real = publishedSplits(file)
  const realNames = new Map<string, string>()
  const { config } = file.metadata
  const { splitNumDocsTarget } = config.indexingSettings
  const indexingSettings = {
    ...config.indexingSettings,
    splitNumDocsTarget: targetDocs ?? splitNumDocsTarget,
  }
  const modelledMonth = simulateMerging({ ...MONTH, config: { ...config, indexingSettings } })
  const splits = modelledMonth.splits.map((modelled, at): SplitRecord => {
    const standIn = nearest(real, modelled.docCount)
    const splitId = standIn.splitId.slice(0, -4) + String(at).padStart(4, '0')
    realNames.set(splitId, standIn.splitId)
    return { ...standIn, splitId, timeRange: modelled.timeRange }
  })
  const folder = join(cache, `sales-month-${splits.length}-splits`)
  // An index that was stretched by another version of this would be taken for this one.
  rmSync(folder, { recursive: true, force: true })
  const own = folderStore({ root: folder, survives: 'processEnd' })
  await own.put(key, encodeIndexFile({ ...file, splits }), { condition: { kind: 'always' } })
  const standInOf = (name: string): string | undefined => {
    const standIn = realNames.get(splitIdOfKey(indexId, name) ?? '')
    return standIn && splitKey(indexId, standIn)
  }
  await fillHotCache(indexId, {
    ...own,
    read: (name, range, signal) => {
      const standIn = standInOf(name)
      return standIn === undefined
        ? own.read(name, range, signal)
        : realStore.read(standIn, range, signal)
    },
  })
  return {
    folder,
    nameOf(name) {
      const standIn = standInOf(name)
      return standIn === undefined ? name : join(relative(folder, realFolder), standIn)
    },
    splitCount: splits.length,
  }
}

/** One writing reads so many splits at most that are new to it. */
async function fillHotCache(indexId: string, store: ObjectStore): Promise<void> {
  const metastore = new Metastore(store, { clock: systemClock, random: systemRandom })
  const components = { metastore, clock: systemClock, random: systemRandom }
  for (let times = 0; times < HOT_WRITES; times++) await refreshHotCache(components, indexId)
}

function nearest(real: readonly SplitRecord[], docCount: number): SplitRecord {
  const distance = (split: SplitRecord): number => Math.abs(Math.log(split.docCount / docCount))
  const [first] = real.toSorted((a, b) => distance(a) - distance(b))
  if (first === undefined) throw new Error('the index has no split')
  return first
}
