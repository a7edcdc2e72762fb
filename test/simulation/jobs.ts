import { isQwError, QwError } from '../../src/engine/errors.ts'
import { runDeletes } from '../../src/engine/indexing/deletes.ts'
import { indexDocs } from '../../src/engine/indexing/index-docs.ts'
import { runJanitor } from '../../src/engine/indexing/janitor.ts'
import { restoreSnapshot } from '../../src/engine/indexing/restore.ts'
import { runMerges } from '../../src/engine/indexing/merge.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { deleteSnapshot, takeSnapshot } from '../../src/engine/metastore/snapshots.ts'
import { keepUp as runUpkeep } from '../../src/engine/indexing/upkeep.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import type { IndexConfig } from '../../src/engine/schema/index-config.ts'
import { docMatcher } from '../../src/engine/search/match-docs.ts'
import { searchRoot } from '../../src/engine/search/root.ts'
import { objectSource } from '../../src/engine/sources/source.ts'
import { groupOf, groupWord, type StagedFile } from './documents.ts'
import type { Host } from './host.ts'
import type { Model } from './model.ts'

export interface Sleep {
  /**
   *   before      the write of the metastore file leaves when the process wakes
   *   unanswered  it was done, and nobody says so; the process tries again when it wakes
   *   uploaded    a split is there, and is published when the process wakes
   */
  readonly when: 'before' | 'unanswered' | 'uploaded'
  readonly forMs: number
  /** What others do. */
  readonly meanwhile: readonly Job[]
}

/** Something that a process is asked to do, as the product's entry points do it. */
export interface Job {
  readonly name: string
  /** Whether it comes again when it fails, as an event in a queue does. */
  readonly repeats: boolean
  /** When the process sleeps that does it. */
  readonly sleeps?: Sleep
  run(host: Host): Promise<void>
}

const UPKEEP_EVERY_MS = 10 * 60 * 1000

/** Shorter than the grace after which a replaced split is deleted, by the clock that is furthest ahead. */
export const LONGEST_SEARCH_MS = 10 * 60 * 1000

/** `isCurrent`: whether the file is still what lies under its name. */
export function indexFile(
  model: Model,
  file: StagedFile,
  { isCurrent, deadlineAfterMs }: { isCurrent: () => boolean; deadlineAfterMs?: number },
): Job {
  const { indexId, uri, info, lines } = file
  return {
    name: `index ${uri} (${info.etag}, ${lines.length} documents) into ${indexId}`,
    repeats: true,
    async run({ components, staging }) {
      const { incarnation } = model.history(indexId)
      const deadlineMs = components.clock.nowMs() + (deadlineAfterMs ?? Infinity)
      const source = objectSource(staging, info, uri)
      try {
        const { state } = await indexSource(components, { indexId, source, deadlineMs })
        if (state !== 'done' && state !== 'alreadyIndexed') throw unfinished(state)
      } catch (error) {
        if (isQwError(error, 'conflict') && !isCurrent()) return
        throw error
      }
      model.acknowledge(file, incarnation)
    },
  }
}

/** Documents that come in a request: sent once, as nobody knows what an error means. */
export function ingestRequest(
  model: Model,
  indexId: string,
  { text, lines }: Pick<StagedFile, 'lines'> & { text: string },
): Job {
  const numbers = lines.map(({ n }) => n)
  for (const n of numbers) model.requested.add(n)
  return {
    name: `ingest ${numbers.length} documents into ${indexId}`,
    repeats: false,
    async run({ components }) {
      const { incarnation } = model.history(indexId)
      await indexDocs(components, { indexId, body: Buffer.from(text) })
      model.acknowledgeRequest(indexId, numbers, incarnation)
    },
  }
}

export function merge(indexId: string): Job {
  return {
    name: `merge ${indexId}`,
    repeats: false,
    async run({ components }) {
      const { failures } = await runMerges(components, { indexId })
      if (failures.length > 0) throw unfinished(JSON.stringify(failures))
    },
  }
}

export function janitor(indexId: string): Job {
  return {
    name: `clean up ${indexId}`,
    repeats: false,
    async run({ components, bug: { deletionGraceMs, orphanGraceMs } }) {
      const { failedDeleteCount } = await runJanitor(components, {
        indexId,
        ...(deletionGraceMs === undefined ? {} : { deletionGraceMs }),
        ...(orphanGraceMs === undefined ? {} : { orphanGraceMs }),
      })
      if (failedDeleteCount > 0) throw unfinished(`${failedDeleteCount} objects are left`)
    },
  }
}

export function cleanUpLater(indexId: string, afterMs: number): Job {
  const job = janitor(indexId)
  return {
    ...job,
    name: `${job.name} in ${afterMs / 60_000} minutes`,
    async run(host) {
      await host.components.clock.sleep(afterMs)
      await job.run(host)
    },
  }
}

/** Upkeep again and again, as on a schedule. */
export function keepUp(indexId: string, rounds: number): Job {
  return {
    name: `keep up ${indexId} for ${rounds} rounds`,
    repeats: false,
    async run({ components }) {
      const matchDocs = docMatcher(components.metastore.store)
      for (let round = 0; round < rounds; round++) {
        const parts = { merges: true, janitor: true }
        await runUpkeep(components, { indexId, matchDocs, parts }).catch(unlessPassing)
        await components.clock.sleep(UPKEEP_EVERY_MS)
      }
    },
  }
}

export function askErasure(indexId: string, group: number): Job {
  return {
    name: `ask for the erasure of ${groupWord(group)} from ${indexId}`,
    repeats: true,
    async run({ components }) {
      await components.metastore.addDeleteTask(indexId, {
        dialect: 'native',
        text: `text:${groupWord(group)}`,
        searchFields: undefined,
        startTimestamp: undefined,
        endTimestamp: undefined,
      })
    },
  }
}

export function erase(indexId: string): Job {
  return {
    name: `carry out the erasures of ${indexId}`,
    repeats: false,
    async run({ components }) {
      const matchDocs = docMatcher(components.metastore.store)
      const { failures } = await runDeletes(components, { indexId, matchDocs })
      if (failures.length > 0) throw unfinished(JSON.stringify(failures))
    },
  }
}

/** Of all documents, or of one group. */
export function search(
  model: Model,
  { indexId, group, nowMs }: { indexId: string; group?: number | undefined; nowMs: () => number },
): Job {
  const text = group === undefined ? '*' : `text:${groupWord(group)}`
  return {
    name: `search ${text} in ${indexId}`,
    repeats: false,
    async run(host) {
      const history = model.history(indexId)
      const sinceVersion = history.versions.length - 1
      const { incarnation } = history
      const beganMs = nowMs()
      try {
        const found = await foundNumbers(host, indexId, text)
        const matches = (n: number): boolean => group === undefined || groupOf(n) === group
        model.judgeSearch(indexId, found, { sinceVersion, matches })
      } catch (error) {
        // A split that is not there is damage to whoever searches.
        if (!isQwError(error, 'notFound') && !isQwError(error, 'corrupt')) throw error
        const isExcused =
          history.incarnation !== incarnation ||
          history.last.file === undefined ||
          nowMs() - beganMs > LONGEST_SEARCH_MS
        if (!isExcused) model.report(indexId, [`a search failed: ${error.message}`])
      }
    },
  }
}

async function foundNumbers(host: Host, indexId: string, text: string): Promise<number[]> {
  const request = {
    indexIdPatterns: [indexId],
    missingIndexes: 'error',
    query: parseQueryString(text, { defaultOperator: 'and' }),
    maxHits: 10_000,
    startOffset: 0,
    sort: [],
    countAll: true,
    snippetFields: [],
    allowFailedSplits: false,
  } as const
  const { hits, numHits } = await searchRoot(request, host.search)
  if (numHits !== hits.length) throw new Error(`${numHits} hits, of which ${hits.length} came`)
  return hits.map(({ json }) => Number(JSON.parse(json).n))
}

export function snapshot(indexId: string, name: string): Job {
  return {
    name: `take snapshot ${name} of ${indexId}`,
    repeats: true,
    async run({ components }) {
      try {
        await takeSnapshot(components, { indexId, name })
      } catch (error) {
        // An earlier try was answered by an error, and has happened.
        if (!isQwError(error) || error.code !== 'SNAPSHOT-EXISTS') throw error
      }
    },
  }
}

export function dropSnapshot(indexId: string, name: string): Job {
  return {
    name: `delete snapshot ${name} of ${indexId}`,
    repeats: false,
    async run({ components }) {
      await deleteSnapshot(components.metastore, { indexId, name })
    },
  }
}

/** Another index to come from what was pinned: what came since may be indexed again. */
export function restore(
  model: Model,
  { indexId, name, checkpoint }: { indexId: string; name: string; checkpoint: 'restored' | 'kept' },
): Job {
  return {
    name: `restore ${indexId} from ${name} with its checkpoint ${checkpoint}`,
    repeats: false,
    async run({ components, bug }) {
      model.history(indexId).mayBeRestored = true
      const matchDocs =
        bug.matchesNothing === true ? matchNothing : docMatcher(components.metastore.store)
      try {
        await restoreSnapshot(components, { indexId, name, checkpoint, matchDocs })
      } catch (error) {
        if (!isQwError(error, 'notFound')) throw error
      }
    },
  }
}

const matchNothing = (): Promise<Uint32Array> => Promise.resolve(new Uint32Array(0))

export function clear(model: Model, indexId: string): Job {
  return {
    name: `clear ${indexId}`,
    repeats: false,
    async run({ components }) {
      model.history(indexId).askClearing()
      await components.metastore.clearIndex(indexId)
    },
  }
}

export function create(config: IndexConfig): Job {
  return {
    name: `create ${config.indexId}`,
    repeats: true,
    run: ({ components }) => components.metastore.createIfAbsent(config),
  }
}

/** Comes again until the new index is there. */
export function recreate(model: Model, config: IndexConfig): Job {
  const { indexId } = config
  return {
    name: `drop ${indexId} and create it again`,
    repeats: true,
    async run({ components: { metastore } }) {
      const history = model.history(indexId)
      history.mayBeDropped = true
      try {
        await metastore.deleteIndex(indexId, { withSnapshots: true })
      } catch (error) {
        if (!isQwError(error, 'notFound')) throw error
      }
      await metastore.createIfAbsent(config)
    },
  }
}

/** The next round tries again. */
function unlessPassing(error: unknown): void {
  const isPassing = ['unavailable', 'conflict', 'notFound'] as const
  if (!isPassing.some((kind) => isQwError(error, kind))) throw error
}

/** The way in which a job that ran to its end says that it has to come again. */
function unfinished(why: string): QwError {
  return new QwError('unavailable', `not finished: ${why}`)
}
