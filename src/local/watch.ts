import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isQwError, messageOf } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import { knownContents } from '../engine/indexing/run-ledger.ts'
import type { Source } from '../engine/sources/source.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import { COMMIT_EVERY_MS } from './follow.ts'
import { fileSource } from './file-source.ts'
import { FollowedFile } from './followed-file.ts'

/** Pause between two looks at the folder, or as long as the last look took, times `LOOK_SHARE`. */
const LOOK_EVERY_MS = 1_000
const LOOK_SHARE = 20
/** A name that is new may be a copy in the making, of a log that is emptied next. */
const NEW_NAME_MS = 2_000
const COPY_MS = 10_000
/** A file that grows is taken all the same after this. */
const GROWING_MS = 5_000
/** Files that are read without end at a time, each with a split in the making; others that grow are taken
 *  whenever they were left alone for a moment. */
const MAX_FOLLOWED = 8
/** Followed until it has not grown for so long. */
const FOLLOW_IDLE_MS = 60_000

export interface WatchRequest {
  readonly folder: string
  readonly indexId: string
  readonly sourceId: string
}

interface WatchHooks {
  readonly signal: AbortSignal
  readonly log: InvocationLog
  /** Told of every split that was published: many of them are small. */
  readonly onCommit: () => void
}

/**
 * Indexes the files of a folder and those below, except hidden ones, as they come and grow, until aborted;
 * then what is there of the growing ones is committed. A file is known by its content: one that was
 * rotated to another name, or packed, goes on as the same. What cannot be indexed is logged, and tried
 * again when it has changed.
 */
export async function watchFolder(
  components: IndexingComponents,
  request: WatchRequest,
  hooks: WatchHooks,
): Promise<void> {
  const watch = new Watch(components, request, hooks)
  const { signal } = hooks
  while (!signal.aborted) {
    const startedMs = Date.now()
    await watch.look()
    const pauseMs = Math.max(LOOK_EVERY_MS, (Date.now() - startedMs) * LOOK_SHARE)
    await components.clock.sleep(Math.min(pauseMs, COMMIT_EVERY_MS), signal).catch(() => undefined)
  }
  await watch.stop()
}

interface SeenFile {
  /** Size, time of change and inode: other facts, other content. */
  facts: string
  inode: number
  readonly sinceMs: number
  changedMs: number
  /** The facts it had when it was indexed, and when that was. */
  taken: { readonly facts: string; readonly atMs: number } | undefined
}

interface Followed {
  readonly file: FollowedFile
  readonly stop: AbortController
  readonly running: Promise<void>
}

class Watch {
  readonly #components: IndexingComponents
  readonly #request: WatchRequest
  readonly #hooks: WatchHooks
  /** Whatever was indexed below this may lie under another name by now. */
  readonly #movesUnder: string
  readonly #seen = new Map<string, SeenFile>()
  /** By inode: what was moved is followed to its end. */
  readonly #followed = new Map<number, Followed>()

  constructor(components: IndexingComponents, request: WatchRequest, hooks: WatchHooks) {
    this.#components = components
    this.#request = request
    this.#hooks = hooks
    this.#movesUnder = `${pathToFileURL(request.folder).href.replace(/\/$/, '')}/`
  }

  async look(): Promise<void> {
    const nowMs = Date.now()
    for (const { file, stop } of this.#followed.values()) {
      if (nowMs - file.grewAtMs >= FOLLOW_IDLE_MS) stop.abort()
    }
    try {
      const there = await this.#list(nowMs)
      for (const path of this.#seen.keys()) if (!there.has(path)) this.#seen.delete(path)
      for (const [path, seen] of there) {
        if (this.#hooks.signal.aborted) return
        await this.#lookAt(path, seen, nowMs)
      }
    } catch (error) {
      this.#hooks.log({ event: 'watch-failed', ...this.#request, error: messageOf(error) })
    }
  }

  /** Commits what is there of the files that are followed. */
  async stop(): Promise<void> {
    for (const { stop } of this.#followed.values()) stop.abort()
    await Promise.all([...this.#followed.values()].map(({ running }) => running))
  }

  /** The files that are there now; of several names of one file the first. */
  async #list(nowMs: number): Promise<ReadonlyMap<string, SeenFile>> {
    const { folder } = this.#request
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const there = new Map<string, SeenFile>()
    const inodes = new Set<number>()
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      const isHidden = relative(folder, path)
        .split(sep)
        .some((part) => part.startsWith('.'))
      if (isHidden || entry.isDirectory()) continue
      const stats = await stat(path).catch(() => undefined)
      if (stats?.isFile() !== true || inodes.has(stats.ino)) continue
      inodes.add(stats.ino)
      const facts = textOf(stats)
      const inode = stats.ino
      const known = this.#seen.get(path)
      const seen = known ?? { facts, inode, sinceMs: nowMs, changedMs: nowMs, taken: undefined }
      if (seen.facts !== facts) Object.assign(seen, { facts, inode, changedMs: nowMs })
      this.#seen.set(path, seen)
      if (stats.size > 0) there.set(path, seen)
    }
    return there
  }

  async #lookAt(path: string, seen: SeenFile, nowMs: number): Promise<void> {
    const { facts, taken, sinceMs, changedMs } = seen
    if (this.#followed.has(seen.inode) || facts === taken?.facts) return
    const isGrowing = taken !== undefined || nowMs - sinceMs >= GROWING_MS
    if (isGrowing && nowMs - changedMs < FOLLOW_IDLE_MS && (await this.#follow(path, seen))) return
    const isAtRest = nowMs - changedMs >= NEW_NAME_MS
    if (!isAtRest && nowMs - (taken?.atMs ?? nowMs) < COMMIT_EVERY_MS) return
    await this.#take(path, seen, nowMs)
  }

  /** False when it cannot be followed, or nobody is free to. */
  async #follow(path: string, seen: SeenFile): Promise<boolean> {
    if (this.#followed.size >= MAX_FOLLOWED) return false
    const stop = new AbortController()
    const settings = { stop: stop.signal, movesUnder: this.#movesUnder }
    const file = await FollowedFile.open(path, settings).catch(() => undefined)
    if (file === undefined) return true
    if ((await file.beginning()) !== 'lines') {
      await file.close()
      return false
    }
    const { inode } = file
    const running = this.#index(file, path).then(async () => {
      seen.taken = { facts: await file.readFacts(textOf), atMs: Date.now() }
      await file.close()
      this.#followed.delete(inode)
    })
    this.#followed.set(inode, { file, stop, running })
    return true
  }

  /** Indexes what is there of a file. */
  async #take(path: string, seen: SeenFile, nowMs: number): Promise<void> {
    const { facts, sinceMs } = seen
    const { signal } = this.#hooks
    const { metastore } = this.#components
    const { indexId, sourceId } = this.#request
    const movesUnder = this.#movesUnder
    let isCopy = false
    const onCopy = (): void => {
      isCopy = true
    }
    try {
      const source = await fileSource(path, signal, { movesUnder, onCopy })
      if (nowMs - sinceMs < COPY_MS) {
        // The log that it is a copy of may be emptied next.
        const file = await metastore.load(indexId, signal)
        await source.findGrown?.(knownContents(file, sourceId, movesUnder))
        if (isCopy) return
      }
      if (await this.#index(source, path)) seen.taken = { facts, atMs: Date.now() }
    } catch (error) {
      this.#hooks.log({ event: 'source-failed', path, error: messageOf(error) })
    }
  }

  /** False when it may go better next time. */
  async #index(source: Source, path: string): Promise<boolean> {
    const { indexId, sourceId } = this.#request
    const { log, signal, onCommit } = this.#hooks
    try {
      const result = await indexSource(this.#components, {
        indexId,
        sourceId,
        source,
        commitEveryMs: COMMIT_EVERY_MS,
        // A followed file ends in good order.
        ...(source.isLive === true ? {} : { signal }),
        onProgress: ({ phase }) => {
          if (phase === 'publishing') onCommit()
        },
      })
      if (result.state !== 'alreadyIndexed') log({ event: 'source', uri: source.uri, ...result })
      return result.state !== 'incomplete'
    } catch (error) {
      log({ event: 'source-failed', path, error: messageOf(error) })
      return !isQwError(error, 'unavailable') && !isQwError(error, 'conflict')
    }
  }
}

function textOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`
}
