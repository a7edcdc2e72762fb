import type { IndexFile } from '../../metastore/index-metadata.ts'
import { type SplitRecord, splitSizeBytes } from '../../metastore/split-record.ts'
import type { IndexConfig } from '../../schema/index-config.ts'
import { eligibleMerges } from '../merge.ts'
import { maturityAtBirth } from '../merge-policy.ts'
import { mergedRecord } from '../preview-merges.ts'
import { testConfig } from './indexing-fixture.ts'

const START_SECONDS = 1_700_000_000
const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600

interface Simulation {
  readonly days: number
  /** Default: 288, one every five minutes. */
  readonly filesADay?: number
  readonly docsPerFile: number
  /** Every tenth file comes so late at most; default: none does. */
  readonly lateDays?: number
  /** Of a split. */
  readonly bytesPerDoc: number
  readonly maxMergeBytes?: number
  /** Splits whose documents are all older are gone; default: none is. */
  readonly retentionDays?: number
  /** Whose policy it is; default: the default policy. */
  readonly config?: IndexConfig
}

interface Simulated {
  /** Bytes that indexing and merging wrote, for each that indexing wrote. */
  readonly writtenPerIndexed: number
  readonly publishedSplits: number
  /** Those, as they are at the end. */
  readonly splits: readonly SplitRecord[]
  /** The most at the end of any day. */
  readonly mostSplits: number
  /** Published at the end: how many have to be opened for an hour, that hour which has the most. */
  readonly mostSplitsOfAnHour: number
}

/**
 * What the policy makes of files that come day and night: only records, no bytes, so that months take
 * a second. After each file every eligible merge runs, the best first, as an indexer does it.
 */
export function simulateMerging(simulation: Simulation): Simulated {
  const { days, docsPerFile, bytesPerDoc, filesADay = 288, lateDays = 0 } = simulation
  const { retentionDays = Infinity, config = testConfig() } = simulation
  const fileSeconds = DAY_SECONDS / filesADay
  const settings = config.indexingSettings
  let splits: SplitRecord[] = []
  let [indexed, written, made] = [0, 0, 0]
  const add = (split: SplitRecord): void => {
    splits.push(split)
    written += splitSizeBytes(split)
  }
  const newSplit = (docCount: number, startSeconds: number): SplitRecord => ({
    splitId: `S${String(made++).padStart(8, '0')}`,
    indexUid: 'events:1',
    sourceId: 's',
    nodeId: 'n',
    state: 'Published',
    createTimestamp: nowSeconds,
    updateTimestamp: nowSeconds,
    publishTimestamp: nowSeconds,
    docCount,
    sourceBytes: docCount * 200,
    timeRange: { startSeconds, endSeconds: startSeconds + fileSeconds - 1 },
    tags: [],
    footer: { start: 0, end: docCount * bytesPerDoc },
    maturity: maturityAtBirth(settings, { docCount, mergeOpCount: 0 }),
    mergeOpCount: 0,
    deleteOpstamp: 0,
    docMappingUid: 'm',
    columnBounds: [],
  })
  let mostSplits = 0
  let nowSeconds = START_SECONDS
  for (let file = 0; file < days * filesADay; file++) {
    // Late by any share of the time, and always by the same.
    const lateSeconds = file % 10 === 0 ? ((file * 7_919) % 1_000) * lateDays * 86.4 : 0
    const fresh = newSplit(docsPerFile, nowSeconds - lateSeconds)
    nowSeconds += fileSeconds
    add(fresh)
    indexed += splitSizeBytes(fresh)
    const oldest = nowSeconds - retentionDays * DAY_SECONDS
    splits = splits.filter(({ timeRange }) => (timeRange?.endSeconds ?? Infinity) > oldest)
    for (;;) {
      const nowMs = nowSeconds * 1000
      const state = fileOf(splits, config)
      const [inputs] = eligibleMerges(state, nowMs, simulation)
      if (inputs === undefined) break
      const gone = new Set(inputs)
      splits = splits.filter((split) => !gone.has(split))
      add(mergedRecord(state, inputs, { name: made++, nowMs }))
    }
    if (file % filesADay === 0) mostSplits = Math.max(mostSplits, splits.length)
  }
  return {
    writtenPerIndexed: written / indexed,
    publishedSplits: splits.length,
    splits,
    mostSplits,
    mostSplitsOfAnHour: mostOfAnHour(splits, nowSeconds),
  }
}

function mostOfAnHour(splits: readonly SplitRecord[], nowSeconds: number): number {
  let most = 0
  for (let from = START_SECONDS; from < nowSeconds; from += HOUR_SECONDS) {
    const end = from + HOUR_SECONDS
    const opened = splits.filter(
      ({ timeRange }) =>
        timeRange !== undefined && timeRange.startSeconds < end && from <= timeRange.endSeconds,
    )
    most = Math.max(most, opened.length)
  }
  return most
}

function fileOf(splits: readonly SplitRecord[], config: IndexConfig): IndexFile {
  return {
    metadata: {
      indexId: 'events',
      indexUid: 'events:1',
      config,
      pastMappings: [],
      createTimestamp: START_SECONDS,
      sources: [],
      checkpoint: new Map(),
    },
    splits,
    runs: [],
    rejectSets: [],
    deleteTasks: [],
    orphansListedMs: undefined,
    snapshots: [],
    gone: new Map(),
  }
}
