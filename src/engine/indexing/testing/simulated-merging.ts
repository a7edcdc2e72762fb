import type { IndexFile } from '../../metastore/index-metadata.ts'
import { type SplitRecord, splitSizeBytes } from '../../metastore/split-record.ts'
import { eligibleMerges } from '../merge.ts'
import { maturityAtBirth } from '../merge-policy.ts'
import { testConfig } from './indexing-fixture.ts'

const START_SECONDS = 1_700_000_000
const DAY_SECONDS = 86_400
const FILES_A_DAY = 288

interface Simulation {
  readonly days: number
  /** Of each of 288 files a day. */
  readonly docsPerFile: number
  /** Of a split. */
  readonly bytesPerDoc: number
  readonly maxMergeBytes?: number
  /** Splits whose documents are all older are gone; default: none is. */
  readonly retentionDays?: number
}

interface Simulated {
  /** Bytes that indexing and merging wrote, for each that indexing wrote. */
  readonly writtenPerIndexed: number
  readonly publishedSplits: number
}

/**
 * What the policy makes of files that come day and night: only records, no bytes, so that months take
 * a second. After each file every eligible merge runs, the best first, as an indexer does it.
 */
export function simulateMerging(simulation: Simulation): Simulated {
  const { days, docsPerFile, bytesPerDoc, retentionDays = Infinity } = simulation
  const settings = testConfig().indexingSettings
  let splits: SplitRecord[] = []
  let [indexed, written, made] = [0, 0, 0]
  const add = (docCount: number, from: number, end: number, mergeOpCount: number): SplitRecord => {
    const split: SplitRecord = {
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
      timeRange: { startSeconds: from, endSeconds: end },
      tags: [],
      footer: { start: 0, end: docCount * bytesPerDoc },
      maturity: maturityAtBirth(settings, { docCount, mergeOpCount }),
      mergeOpCount,
      deleteOpstamp: 0,
      docMappingUid: 'm',
      columnBounds: [],
    }
    splits.push(split)
    written += splitSizeBytes(split)
    return split
  }
  let nowSeconds = START_SECONDS
  for (let file = 0; file < days * FILES_A_DAY; file++) {
    const fromSeconds = nowSeconds
    nowSeconds += DAY_SECONDS / FILES_A_DAY
    indexed += splitSizeBytes(add(docsPerFile, fromSeconds, nowSeconds - 1, 0))
    const oldest = nowSeconds - retentionDays * DAY_SECONDS
    splits = splits.filter(({ timeRange }) => (timeRange?.endSeconds ?? Infinity) > oldest)
    for (;;) {
      const [inputs] = eligibleMerges(fileOf(splits), nowSeconds * 1000, simulation)
      if (inputs === undefined) break
      const gone = new Set(inputs)
      splits = splits.filter((split) => !gone.has(split))
      add(
        inputs.reduce((sum, { docCount }) => sum + docCount, 0),
        Math.min(...inputs.map(({ timeRange }) => timeRange?.startSeconds ?? Infinity)),
        Math.max(...inputs.map(({ timeRange }) => timeRange?.endSeconds ?? -Infinity)),
        Math.max(...inputs.map(({ mergeOpCount }) => mergeOpCount)) + 1,
      )
    }
  }
  return { writtenPerIndexed: written / indexed, publishedSplits: splits.length }
}

function fileOf(splits: readonly SplitRecord[]): IndexFile {
  return {
    metadata: {
      indexId: 'events',
      indexUid: 'events:1',
      config: testConfig(),
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
