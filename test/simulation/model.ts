import { decodeRejects } from '../../src/engine/indexing/rejects.ts'
import { numbersIn } from '../../src/engine/indexing/testing/indexing-fixture.ts'
import { decodeIndexFile } from '../../src/engine/metastore/index-file-codec.ts'
import { type IndexFile, publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import {
  hotCacheKey,
  rejectedKey,
  rejectedPrefix,
  snapshotKey,
  splitIdOfKey,
  splitKey,
} from '../../src/engine/metastore/layout.ts'
import { decodeHotCache } from '../../src/engine/split/hot-cache.ts'
import { bodyBytes, type ObjectStore } from '../../src/engine/ports.ts'
import type { StagedFile } from './documents.ts'
import { type Facts, IndexHistory } from './index-history.ts'

const METASTORE_FILE = '/metastore.json'

/**
 * What the indexes have to be, known from outside: it sees every object that is written and deleted,
 * reads splits and metastore files for itself, and shares no state with those that write them.
 */
export class Model {
  readonly problems: string[] = []
  readonly files = new Map<string, StagedFile>()
  readonly requested = new Set<number>()
  /** Versions of metastore files and answers of searches that were looked at. */
  checkCount = 0
  readonly #facts: Facts
  readonly #nowMs: () => number
  readonly #histories = new Map<string, IndexHistory>()
  /** Every object of the index bucket; of splits the numbers of their documents. */
  readonly #objects = new Map<string, readonly number[]>()
  /** The splits that a hot cache names, by its key. */
  readonly #hotSplitIds = new Map<string, readonly string[]>()
  /** Numbers of the documents in each object of rejected ones that ever was. */
  readonly #rejected = new Map<string, readonly number[]>()

  constructor(facts: Pick<Facts, 'documents' | 'skewMaxMs'>, nowMs: () => number) {
    this.#facts = { ...facts, files: this.files, requested: this.requested }
    this.#nowMs = nowMs
  }

  history(indexId: string): IndexHistory {
    const history = this.#histories.get(indexId) ?? new IndexHistory(this.#facts)
    this.#histories.set(indexId, history)
    return history
  }

  report(where: string, problems: readonly string[]): void {
    this.problems.push(...problems.map((problem) => `${where}: ${problem}`))
  }

  addFile(file: StagedFile): void {
    this.files.set(`${file.uri}#${file.info.etag}`, file)
  }

  /** The index store with the model looking on. */
  watch(inner: ObjectStore): ObjectStore {
    return {
      ...inner,
      put: async (key, body, options) => {
        const info = await inner.put(key, body, options)
        this.#onPut(key, new Uint8Array(bodyBytes(body)))
        return info
      },
      delete: async (key) => {
        await inner.delete(key)
        this.#onDelete(key)
      },
    }
  }

  #onPut(key: string, body: Uint8Array): void {
    const indexId = key.split('/', 1)[0] ?? ''
    const isSplit = splitIdOfKey(indexId, key) !== undefined
    this.#objects.set(key, isSplit ? numbersIn(body) : [])
    if (key === hotCacheKey(indexId)) {
      this.#hotSplitIds.set(key, [...decodeHotCache(body).splits.keys()])
    }
    if (key.startsWith(rejectedPrefix(indexId))) this.#rejected.set(key, rejectedNumbers(body, key))
    if (!key.endsWith(METASTORE_FILE)) return
    this.checkCount++
    const file = decodeIndexFile(body, key)
    const numbers: number[] = []
    for (const { splitId, docCount } of publishedSplits(file)) {
      const inSplit = this.#objects.get(splitKey(indexId, splitId))
      if (inSplit?.length !== docCount) {
        const found = inSplit === undefined ? 'no object' : `${inSplit.length} documents`
        this.report(key, [`published split ${splitId} of ${docCount} documents has ${found}`])
      }
      numbers.push(...(inSplit ?? []))
    }
    for (const { snapshotId, splitBytes } of file.snapshots) {
      const needed = [...splitBytes.keys()].map((splitId) => splitKey(indexId, splitId))
      const missing = [...needed, snapshotKey(indexId, snapshotId)].filter(
        (name) => !this.#objects.has(name),
      )
      this.report(
        key,
        missing.map((name) => `${name} is pinned, and not there`),
      )
    }
    numbers.sort((a, b) => a - b)
    const pinned = new Map(
      file.snapshots.map(({ snapshotId, splitBytes }) => [
        snapshotId,
        [...splitBytes.keys()].flatMap((id) => this.#objects.get(splitKey(indexId, id)) ?? []),
      ]),
    )
    const waiting = file.rejectSets.flatMap(
      ({ setId }) => this.#rejected.get(rejectedKey(indexId, setId)) ?? [],
    )
    this.report(key, this.history(indexId).add({ file, numbers, pinned, waiting }, this.#nowMs()))
  }

  #onDelete(key: string): void {
    this.#objects.delete(key)
    this.#hotSplitIds.delete(key)
    const indexId = key.split('/', 1)[0] ?? ''
    const history = this.history(indexId)
    const splitId = splitIdOfKey(indexId, key)
    if (splitId !== undefined) {
      const problems = history.deletion(splitId, this.#nowMs())
      this.report(
        key,
        problems.map((problem) => `deleted, although ${problem}`),
      )
    }
    if (key.endsWith(METASTORE_FILE) && history.last.file !== undefined) {
      this.report(key, history.drop())
    }
  }

  /** A source was answered to be indexed. */
  acknowledge(file: StagedFile, incarnation: number): void {
    this.#acknowledgeNumbers(
      file.indexId,
      file.lines.map(({ n }) => n),
      incarnation,
    )
  }

  acknowledgeRequest(indexId: string, numbers: readonly number[], incarnation: number): void {
    this.#acknowledgeNumbers(indexId, numbers, incarnation)
  }

  #acknowledgeNumbers(indexId: string, numbers: readonly number[], incarnation: number): void {
    const history = this.history(indexId)
    if (history.incarnation !== incarnation) return
    const missing = numbers.filter((n) => !history.hasPublished(n) && !history.hasRejected(n))
    if (missing.length === 0) return
    this.report(indexId, [`${missing.join(', ')} were said to be indexed, and are not`])
  }

  /** An answer has to be that of one version between the beginning of the search and its end, or before
   *  `endVersion`, where that was when it decided what it would see. */
  judgeSearch(
    indexId: string,
    found: readonly number[],
    {
      sinceVersion,
      endVersion,
      matches,
    }: { sinceVersion: number; endVersion?: number; matches: (n: number) => boolean },
  ): void {
    this.checkCount++
    const seen = found.toSorted((a, b) => a - b).join()
    const { versions } = this.history(indexId)
    const window = versions.slice(Math.max(0, sinceVersion), endVersion)
    if (window.some(({ numbers }) => numbers.filter(matches).join() === seen)) return
    const expected = window.map(({ numbers }) => `[${numbers.filter(matches).join()}]`)
    this.report(indexId, [`a search found [${seen}] instead of ${expected.join(' or ')}`])
  }

  /** An export holds each document once that the index had in the version with its splits. */
  judgeExport(
    indexId: string,
    found: readonly number[],
    { sinceVersion, splitIds }: { sinceVersion: number; splitIds: readonly string[] },
  ): void {
    this.checkCount++
    const splits = splitIds.toSorted().join()
    const hasThem = ({ file }: { readonly file: IndexFile | undefined }): boolean =>
      file !== undefined &&
      publishedSplits(file)
        .map(({ splitId }) => splitId)
        .toSorted()
        .join() === splits
    const exported = this.history(indexId).versions.slice(Math.max(0, sinceVersion)).find(hasThem)
    const seen = found.toSorted((a, b) => a - b).join()
    if (exported?.numbers.join() === seen) return
    const expected = exported === undefined ? 'those of no version' : `[${exported.numbers.join()}]`
    this.report(indexId, [`an export holds [${seen}] instead of ${expected}`])
  }

  /** When the mapping fits all, and everything was tried again. */
  judgeRetried(indexId: string): void {
    const { waiting } = this.history(indexId).last
    this.report(
      indexId,
      waiting.map((n) => `document ${n} fits, and was not indexed`),
    )
  }

  /** When all is done and the graces are over: everything is there, and nothing else. */
  judgeRest(indexId: string, files: readonly StagedFile[]): void {
    const history = this.history(indexId)
    const { file, numbers } = history.last
    if (file === undefined) return this.report(indexId, ['the index is gone'])
    const published = new Set(numbers)
    const ofFiles = files.flatMap(({ lines }) => lines.map(({ n }) => n))
    const isKnown = (n: number): boolean =>
      published.has(n) || history.isGone(n) || history.hasRejected(n)
    const missing = ofFiles.filter((n) => !isKnown(n))
    this.report(
      indexId,
      missing.map((n) => `document ${n} was never indexed`),
    )
    const open = file.deleteTasks.filter(({ finishedMs }) => finishedMs === undefined)
    this.report(
      indexId,
      open.map(({ opstamp }) => `erasure ${opstamp} is never finished`),
    )
    const named = new Set([
      `${indexId}${METASTORE_FILE}`,
      hotCacheKey(indexId),
      ...publishedSplits(file).map(({ splitId }) => splitKey(indexId, splitId)),
      ...file.snapshots.flatMap(({ snapshotId, splitBytes }) => [
        snapshotKey(indexId, snapshotId),
        ...[...splitBytes.keys()].map((splitId) => splitKey(indexId, splitId)),
      ]),
    ])
    const garbage = [...this.#objects.keys()].filter(
      (key) => key.startsWith(`${indexId}/`) && !named.has(key),
    )
    this.report(
      indexId,
      garbage.map((key) => `${key} is garbage that nobody collects`),
    )
    const hot = this.#hotSplitIds.get(hotCacheKey(indexId)) ?? []
    this.report(
      indexId,
      hot
        .filter((splitId) => !named.has(splitKey(indexId, splitId)))
        .map((splitId) => `${splitId} is gone, and the hot cache still names it`),
    )
    const marked = file.splits.filter(({ state }) => state !== 'Published')
    this.report(
      indexId,
      marked.map(({ splitId }) => `the record of ${splitId} stays for ever`),
    )
  }
}

/** What is no document has no number. */
function rejectedNumbers(body: Uint8Array, key: string): number[] {
  const documents = decodeRejects(body, key).filter(({ text }) => text.startsWith('{'))
  return documents.map(({ text }) => (JSON.parse(text) as { readonly n: number }).n)
}
