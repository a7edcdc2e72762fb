import { isQwError, QwError } from '../errors.ts'
import type { Clock, ObjectStore, Random } from '../ports.ts'
import { checkConfigUpdate } from '../schema/config-update.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { withoutPartition } from './checkpoint.ts'
import { ConditionalObject } from './conditional-object.ts'
import { clearedNotes } from './cleared-notes.ts'
import { deleteKeys, listKeys } from './delete-keys.ts'
import { finishTasks } from './delete-task-changes.ts'
import { type DeleteQuery, type DeleteTask, withTask } from './delete-task.ts'
import {
  applyClear,
  applyMark,
  applyPublish,
  type IndexFileChange,
  type PublishOutcome,
  type PublishRequest,
} from './index-file-changes.ts'
import { decodeIndexFile, encodeIndexFile } from './index-file-codec.ts'
import type { IndexFile } from './index-metadata.ts'
import { keptMappings } from './past-mappings.ts'
import { matchIndexIds, nearestIds } from './index-patterns.ts'
import {
  assertIndexId,
  hotCacheKey,
  indexPrefix,
  MANIFEST_KEY,
  metastoreKey,
  splitKey,
} from './layout.ts'
import {
  decodeManifest,
  EMPTY_MANIFEST,
  encodeManifest,
  type IndexState,
  type Manifest,
} from './manifest.ts'
import { assertNoSnapshots, oldestSnapshotOpstamp, pinnedSplitIds } from './snapshot-record.ts'
import type { SplitRecord } from './split-record.ts'
import { IndexTemplates } from './templates.ts'
import { UlidGenerator } from './ulid.ts'

interface MetastoreComponents {
  readonly clock: Clock
  readonly random: Random
}

/** Index files kept for revalidation; the oldest goes first. */
const MAX_KNOWN_INDEXES = 1_000
/** Index files read at once by `listIndexes`. */
const LOAD_CONCURRENCY = 16

/** Every index below one store. Keeps the last read version of each index file and revalidates it
 *  by ETag: one instance per process saves bytes, not requests. */
export class Metastore {
  readonly store: ObjectStore
  /** What indexes are made from that documents come for. */
  readonly templates: IndexTemplates
  readonly #components: MetastoreComponents
  readonly #ulids: UlidGenerator
  readonly #manifest: ConditionalObject<Manifest>
  readonly #files = new Map<string, ConditionalObject<IndexFile>>()

  constructor(store: ObjectStore, components: MetastoreComponents) {
    this.store = store
    this.#components = components
    this.templates = new IndexTemplates({ store, ...components })
    this.#ulids = new UlidGenerator(components.clock, components.random)
    this.#manifest = new ConditionalObject({
      store,
      ...components,
      key: MANIFEST_KEY,
      decode: decodeManifest,
      encode: encodeManifest,
    })
  }

  /** A ULID; ascending within this process. */
  newId(): string {
    return this.#ulids.next()
  }

  /** Throws `invalid` (code INDEX-EXISTS) when there is one. Finishes what a killed create or delete
   *  left. Costs one read and three puts. */
  async createIndex(config: IndexConfig): Promise<IndexFile> {
    await this.reserveIndex(config.indexId)
    return await this.adoptIndex(this.#newFile(config))
  }

  /** Says in the manifest that the index is being made: from here on its objects can be found and
   *  deleted, and `adoptIndex` makes it one. Throws `invalid` (code INDEX-EXISTS). */
  async reserveIndex(indexId: string): Promise<void> {
    assertIndexId(indexId)
    const state = (await this.#manifest.load())?.get(indexId)
    if (state === 'deleting') await this.finishDeletion(indexId)
    if (state === 'active' && (await this.#file(indexId).load()) !== undefined) {
      throw indexExists(indexId)
    }
    if (state !== 'active') await this.#setState(indexId, 'creating')
  }

  /** An index that is there from now on, with the splits that `file` names: their objects lie under its
   *  id already. Its uid is a new one. Throws `invalid` (code INDEX-EXISTS). */
  async adoptIndex(file: IndexFile): Promise<IndexFile> {
    const { indexId, indexUid } = file.metadata
    const stored = await this.#file(indexId).update((known) => known ?? file)
    await this.#setState(indexId, 'active')
    if (stored?.metadata.indexUid !== indexUid) throw indexExists(indexId)
    return file
  }

  /** Makes the index from the template that its id matches, unless somebody else was quicker; false
   *  when none does. */
  async createFromTemplate(indexId: string): Promise<boolean> {
    const config = await this.templates.configFor(indexId)
    if (config === undefined) return false
    await this.createIfAbsent(config)
    return true
  }

  /** Makes the index unless it is there: several senders may bring its first documents at once. */
  async createIfAbsent(config: IndexConfig): Promise<void> {
    try {
      await this.createIndex(config)
    } catch (error) {
      if (!isQwError(error, 'invalid') || error.code !== 'INDEX-EXISTS') throw error
    }
  }

  /** One conditional read. Throws `notFound` (code INDEX-NONE) naming the nearest ids. */
  async load(indexId: string, signal?: AbortSignal): Promise<IndexFile> {
    assertIndexId(indexId)
    const file = await this.#file(indexId).load(signal)
    return file ?? (await this.#throwMissing(indexId))
  }

  /** What the manifest says. One conditional read. */
  async indexStates(signal?: AbortSignal): Promise<Manifest> {
    return (await this.#manifest.load(signal)) ?? EMPTY_MANIFEST
  }

  /** Ids in the manifest, sorted. One conditional read. */
  async listIndexIds(signal?: AbortSignal): Promise<string[]> {
    const visible = [...(await this.indexStates(signal))].filter(
      ([, state]) => state !== 'deleting',
    )
    return visible.map(([id]) => id).toSorted()
  }

  /** The indexes that ids and patterns (`*` any text, a leading `-` excludes) name, sorted by id.
   *  An id without `*` that is missing throws `notFound`; a pattern without match adds nothing.
   *  Costs one read per index, plus the manifest when a pattern is among them. */
  async listIndexes(patterns: readonly string[], signal?: AbortSignal): Promise<IndexFile[]> {
    const hasPattern = patterns.some((pattern) => pattern.includes('*'))
    const known = hasPattern ? await this.listIndexIds(signal) : []
    const ids = matchIndexIds(patterns, known)
    const files: IndexFile[] = []
    for (let start = 0; start < ids.length; start += LOAD_CONCURRENCY) {
      const some = ids.slice(start, start + LOAD_CONCURRENCY)
      const loaded = await Promise.all(
        some.map((id) =>
          patterns.includes(id) ? this.load(id, signal) : this.#file(id).load(signal),
        ),
      )
      for (const file of loaded) if (file !== undefined) files.push(file)
    }
    return files
  }

  /** Replaces the config; `checkConfigUpdate` says what may change. A changed mapping gets a new uid. */
  updateConfig(config: IndexConfig): Promise<IndexFile> {
    const freshUid = this.newId()
    return this.update(config.indexId, (file) => {
      const current = file.metadata.config
      const currentUid = current.docMapping.docMappingUid
      if (currentUid === freshUid) return file
      const { docMappingChanged } = checkConfigUpdate(current, config)
      const docMappingUid = docMappingChanged ? freshUid : currentUid
      const docMapping = { ...config.docMapping, docMappingUid }
      const indexUri = config.indexUri ?? current.indexUri
      const next = { ...config, indexUri, docMapping }
      const pastMappings = docMappingChanged ? keptMappings(file) : file.metadata.pastMappings
      return { ...file, metadata: { ...file.metadata, config: next, pastMappings } }
    })
  }

  /** One conditional put when nobody else wrote. Throws `notFound` when the index is gone. */
  async publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    let outcome: PublishOutcome | undefined
    await this.update(indexId, (file) => {
      outcome = applyPublish(file, request, this.#components.clock.nowMs())
      return outcome.file
    })
    if (outcome === undefined) throw new QwError('internal', `publish to ${indexId} did not run`)
    return outcome
  }

  /** Unknown and already marked ids are tolerated. */
  markForDeletion(indexId: string, splitIds: readonly string[]): Promise<IndexFile> {
    const nowSeconds = Math.floor(this.#components.clock.nowMs() / 1000)
    return this.update(indexId, (file) => applyMark(file, splitIds, nowSeconds))
  }

  /** Forgets how far sources were read, so that they can be indexed again: one file, or all of a source. */
  resetCheckpoint(indexId: string, sourceId: string, partitionId?: string): Promise<IndexFile> {
    return this.update(indexId, (file) => {
      const checkpoint = withoutPartition(file.metadata.checkpoint, sourceId, partitionId)
      if (checkpoint === file.metadata.checkpoint) return file
      return { ...file, metadata: { ...file.metadata, checkpoint } }
    })
  }

  /** Asks for the erasure of what `query` finds in what is published now; `runDeletes` carries it out.
   *  Throws `tooLarge` when too many are unfinished. */
  async addDeleteTask(indexId: string, query: DeleteQuery): Promise<DeleteTask> {
    const task = { taskId: this.newId(), createdMs: this.#components.clock.nowMs(), query }
    const file = await this.update(indexId, (newest) => {
      const deleteTasks = withTask(newest.deleteTasks, task, oldestSnapshotOpstamp(newest))
      if (deleteTasks === newest.deleteTasks) return newest
      return finishTasks({ ...newest, deleteTasks }, task.createdMs)
    })
    const added = file.deleteTasks.find(({ taskId }) => taskId === task.taskId)
    if (added === undefined) throw new QwError('internal', `a delete task of ${indexId} is gone`)
    return added
  }

  /** Empties every split, and every checkpoint unless told to keep them; returns the splits that were live.
   *  Snapshots keep theirs. Killed in the middle, it leaves orphans that the janitor collects. */
  async clearIndex(
    indexId: string,
    options: { readonly keepCheckpoints?: boolean } = {},
  ): Promise<SplitRecord[]> {
    let removed: readonly SplitRecord[] = []
    const found: IndexFile[] = []
    const keepsCheckpoint = options.keepCheckpoints === true
    const cleared = await this.update(indexId, (file) => {
      found.push(file)
      const live = file.splits.filter(({ state }) => state !== 'MarkedForDeletion')
      if (live.length > 0) removed = live
      const nowMs = this.#components.clock.nowMs()
      const empty = applyClear(file, { keepsCheckpoint, nowSeconds: Math.floor(nowMs / 1000) })
      return finishTasks(empty, nowMs)
    })
    const notes = await clearedNotes(this.store, { indexId, found, keepsCheckpoint })
    const pinned = pinnedSplitIds(cleared)
    const unheld = cleared.splits.map(({ splitId }) => splitId).filter((id) => !pinned.has(id))
    const objects = [hotCacheKey(indexId), ...unheld.map((splitId) => splitKey(indexId, splitId))]
    await deleteKeys(this.store, [...objects, ...notes])
    return [...removed]
  }

  /** Removes the index and its objects, without grace; returns the splits that were live. Finishes a delete
   *  that was killed. Throws `invalid` (code INDEX-SNAPSHOTS) when there are some, unless told to. */
  async deleteIndex(
    indexId: string,
    options: { readonly withSnapshots?: boolean } = {},
  ): Promise<SplitRecord[]> {
    assertIndexId(indexId)
    const state = (await this.#manifest.load())?.get(indexId)
    const { file, isThere } = await this.#loadForDeletion(indexId)
    if (state === undefined && !isThere) return this.#throwMissing(indexId)
    if (state !== 'deleting' && options.withSnapshots !== true) {
      await assertNoSnapshots(this.store, indexId, file)
    }
    await this.#setState(indexId, 'deleting')
    await this.#deleteAll(indexId, isThere)
    return (file?.splits ?? []).filter(({ state }) => state !== 'MarkedForDeletion')
  }

  /** Goes on with a deletion that was killed. Nothing when somebody else did, whatever is there now. */
  async finishDeletion(indexId: string): Promise<void> {
    const { isThere } = await this.#loadForDeletion(indexId)
    // Asked after the file was looked for: it is not that of an index which was made anew.
    const state = (await this.#manifest.load())?.get(indexId)
    if (state === 'deleting') await this.#deleteAll(indexId, isThere)
  }

  async #deleteAll(indexId: string, hasFile: boolean): Promise<void> {
    // The file goes first: from then on no indexer can publish.
    if (hasFile) await this.store.delete(metastoreKey(indexId))
    this.#file(indexId).forget()
    const keys = await listKeys(this.store, indexPrefix(indexId))
    // Without a file after the listing nothing that was listed belongs to an index that there is. With
    // one, somebody made it anew meanwhile: what is left is an orphan of that index.
    if ((await this.#file(indexId).load()) === undefined) {
      await deleteKeys(
        this.store,
        keys.filter((key) => key !== metastoreKey(indexId)),
      )
    }
    await this.forgetMissing(indexId)
  }

  /** Takes an index without a file out of the manifest. One that changed since it was read is left
   *  alone: somebody makes the index, and whoever makes one writes the manifest before and after. */
  async forgetMissing(indexId: string): Promise<void> {
    const seen = await this.#manifest.load()
    if (seen?.has(indexId) !== true || (await this.#file(indexId).load()) !== undefined) return
    await this.#manifest.update((manifest) => {
      if (manifest !== seen) return manifest
      const next = new Map(manifest)
      next.delete(indexId)
      return next
    })
  }

  /** `change` sees the newest file and may run several times: it must give the same when applied
   *  twice, because a write may have succeeded although its answer was lost. Returning its argument
   *  writes nothing. */
  async update(indexId: string, change: IndexFileChange): Promise<IndexFile> {
    assertIndexId(indexId)
    const updated = await this.#file(indexId).update((file) => {
      return file === undefined ? undefined : change(file, this.#components.clock.nowMs())
    })
    return updated ?? (await this.#throwMissing(indexId))
  }

  /** A file that cannot be read must not stop its own deletion. */
  async #loadForDeletion(
    indexId: string,
  ): Promise<{ readonly file: IndexFile | undefined; readonly isThere: boolean }> {
    try {
      const file = await this.#file(indexId).load()
      return { file, isThere: file !== undefined }
    } catch (error) {
      if (isQwError(error, 'corrupt') || isQwError(error, 'invalid')) {
        return { file: undefined, isThere: true }
      }
      throw error
    }
  }

  #file(indexId: string): ConditionalObject<IndexFile> {
    const known = this.#files.get(indexId)
    if (known !== undefined) return known
    const key = metastoreKey(indexId)
    const file = new ConditionalObject({
      store: this.store,
      ...this.#components,
      key,
      decode: (bytes: Uint8Array) => decodeIndexFile(bytes, key),
      encode: encodeIndexFile,
    })
    const [oldest] = this.#files.keys()
    if (this.#files.size >= MAX_KNOWN_INDEXES && oldest !== undefined) this.#files.delete(oldest)
    this.#files.set(indexId, file)
    return file
  }

  #newFile(config: IndexConfig): IndexFile {
    const docMappingUid = config.docMapping.docMappingUid ?? this.newId()
    return {
      metadata: {
        indexId: config.indexId,
        indexUid: `${config.indexId}:${this.newId()}`,
        config: { ...config, docMapping: { ...config.docMapping, docMappingUid } },
        pastMappings: [],
        createTimestamp: Math.floor(this.#components.clock.nowMs() / 1000),
        sources: [],
        checkpoint: new Map(),
      },
      splits: [],
      runs: [],
      rejectSets: [],
      deleteTasks: [],
      orphansListedMs: undefined,
      snapshots: [],
      gone: new Map(),
    }
  }

  async #setState(indexId: string, state: IndexState): Promise<void> {
    await this.#manifest.update((manifest = EMPTY_MANIFEST) => {
      if (manifest.get(indexId) === state) return manifest
      return new Map(manifest).set(indexId, state)
    })
  }

  async #throwMissing(indexId: string): Promise<never> {
    const ids = await this.listIndexIds()
    const near = nearestIds(
      indexId,
      ids.filter((id) => id !== indexId),
    )
    throw new QwError('notFound', `there is no index \`${indexId}\``, {
      code: 'INDEX-NONE',
      fix: near.length > 0 ? `did you mean ${near.join(', ')}?` : 'qw-lambda index list',
    })
  }
}

function indexExists(indexId: string): QwError {
  return new QwError('invalid', `index \`${indexId}\` already exists`, {
    code: 'INDEX-EXISTS',
    // Scripts create what may be there already: removing it is no advice to give them.
    fix: 'send documents to it as it is, or choose another index id',
  })
}
