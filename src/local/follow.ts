import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isQwError } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import type { IndexSourceRequest } from '../engine/indexing/indexing-request.ts'
import type { IndexingResult, IndexingState } from '../engine/indexing/indexing-result.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import type { SourceFormat } from '../engine/schema/source-format.ts'
import type { Source } from '../engine/sources/source.ts'
import { FollowedFile } from './followed-file.ts'
import { fileSource, liveStream } from './file-source.ts'

/** What is followed is searchable after this, or after the index's commit timeout if that is shorter. */
export const COMMIT_EVERY_MS = 10_000
/** Between two looks for a file that is not there, and after a failure that passes. */
const LOOK_AGAIN_MS = 1_000
/** Rotated files that are looked at for the rest of the one that was followed: the newest. */
const MAX_SIBLINGS = 3
/** A file of one line, or without any, may be about to get its second one: then it is known how it is
 *  written. */
const FIRST_LINES_MS = 10_000

interface StreamRequest extends Omit<IndexSourceRequest, 'source' | 'commitEveryMs'> {
  /** Ends it in good order: what is there is committed. */
  readonly stop: AbortSignal
  /** Told when a file ends, by rotation or because it was stopped, and after each look at a packed one. */
  readonly onResult: (result: IndexingResult) => void
}

interface FollowRequest extends StreamRequest {
  readonly path: string
  readonly format?: SourceFormat | undefined
  readonly movesUnder?: string | undefined
  /** Told of failures that pass; others reject. */
  readonly onFailure: (error: unknown) => void
}

/** Indexes a pipe, committing while it goes on. What comes through it is always new. */
export async function followStream(
  components: IndexingComponents,
  { stop, onResult, ...request }: StreamRequest,
  pipe: Source,
): Promise<void> {
  const source = liveStream(pipe, stop)
  onResult(await indexSource(components, { ...request, source, commitEveryMs: COMMIT_EVERY_MS }))
}

/**
 * Indexes a file and whatever takes its place, until it is stopped. One reading goes on as long as the
 * file grows, with a commit every `COMMIT_EVERY_MS` in which the documents and how far the file was read
 * are one write: killed at any moment, the next run goes on from there. A packed file is no stream: it is
 * indexed as often as it is found changed.
 */
export async function followPath(
  components: IndexingComponents,
  request: FollowRequest,
): Promise<void> {
  const { stop, onFailure } = request
  const following = new Following(components, request)
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    try {
      if (isFirst) await following.takeLeftBehind()
      const step = await following.step()
      if (step === 'limit') return
      if (step === 'next') continue
    } catch (error) {
      if (stop.aborted || !isPassing(error)) throw error
      onFailure(error)
    }
    await components.clock.sleep(LOOK_AGAIN_MS, stop).catch(() => undefined)
  }
}

class Following {
  readonly #components: IndexingComponents
  readonly #request: FollowRequest
  /** Size and time of the packed file that was indexed last. */
  #takenFacts = ''

  constructor(components: IndexingComponents, request: FollowRequest) {
    this.#components = components
    this.#request = request
  }

  /** The rest of a log that was rotated while nobody followed it: it lies beside its old name. */
  async takeLeftBehind(): Promise<void> {
    const { path, signal, force } = this.#request
    if (force === true) return
    const uri = pathToFileURL(resolve(path)).href
    for (const sibling of await newestSiblings(path)) {
      const source = await fileSource(sibling, signal, { movesUnder: `${uri}#` })
      await this.#index({ ...source, uri }, { onlyIfKnown: true })
    }
  }

  /** Follows what stands at the path now, to its end. `wait`: there is nothing to read yet; `limit`: too
   *  many of its documents are rejected. */
  async step(): Promise<'next' | 'wait' | 'limit'> {
    const { path, stop, movesUnder, format } = this.#request
    const file = await FollowedFile.open(path, { stop, movesUnder, format })
    if (file === undefined) return 'wait'
    try {
      const beginning = await this.#beginningOf(file)
      if (beginning === undefined) return 'wait'
      if (beginning === 'packed') return await this.#takePacked()
      const state = await this.#index(file)
      if (state === 'tooManyRejects') return 'limit'
      return file.end === undefined ? 'wait' : 'next'
    } finally {
      await file.close()
    }
  }

  async #takePacked(): Promise<'wait' | 'limit'> {
    const { path, format, signal } = this.#request
    const { size, mtimeMs } = await stat(path)
    const facts = `${size} ${mtimeMs}`
    if (facts === this.#takenFacts) return 'wait'
    const state = await this.#index({ ...(await fileSource(path, signal)), format })
    this.#takenFacts = facts
    return state === 'tooManyRejects' ? 'limit' : 'wait'
  }

  async #index(source: Source, more: { onlyIfKnown?: boolean } = {}): Promise<IndexingState> {
    const { path: _, stop: __, movesUnder: ___, onFailure: ____, ...request } = this.#request
    const result = await indexSource(this.#components, {
      ...request,
      ...more,
      source,
      commitEveryMs: COMMIT_EVERY_MS,
    })
    if (more.onlyIfKnown !== true || result.docCount > 0) request.onResult(result)
    return result.state
  }

  /** Once it says enough to be read; undefined while it is empty. */
  async #beginningOf(file: FollowedFile): Promise<'packed' | 'lines' | undefined> {
    const { clock } = this.#components
    const { format, stop } = this.#request
    const giveUpMs = clock.nowMs() + FIRST_LINES_MS
    for (;;) {
      const beginning = await file.beginning()
      if (beginning === 'empty') return undefined
      if (beginning !== 'partial') return beginning
      if (format !== undefined || stop.aborted || clock.nowMs() >= giveUpMs) return 'lines'
      await clock.sleep(LOOK_AGAIN_MS, stop).catch(() => undefined)
    }
  }
}

/** Files of the same folder that a rotation names after this one: `app.log.1`, `app.log-20261126.gz`. */
async function newestSiblings(path: string): Promise<string[]> {
  const folder = dirname(resolve(path))
  const name = basename(path)
  const names = await readdir(folder).catch(() => [])
  const paths = names
    .filter((other) => other.startsWith(`${name}.`) || other.startsWith(`${name}-`))
    .map((other) => join(folder, other))
  const facts = await Promise.all(paths.map((other) => stat(other).catch(() => undefined)))
  return paths
    .map((other, i) => ({ other, facts: facts[i] }))
    .filter((each) => each.facts?.isFile() === true)
    .toSorted((a, b) => (b.facts?.mtimeMs ?? 0) - (a.facts?.mtimeMs ?? 0))
    .slice(0, MAX_SIBLINGS)
    .map(({ other }) => other)
}

/** A packed file that is cut short may be one that is still written. */
function isPassing(error: unknown): boolean {
  return (['unavailable', 'conflict', 'corrupt'] as const).some((kind) => isQwError(error, kind))
}
