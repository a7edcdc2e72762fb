import { createHash, type Hash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isPacked } from '../engine/sources/compression.ts'
import type { SourceFormat } from '../engine/schema/source-format.ts'
import type { KnownContent, Source } from '../engine/sources/source.ts'
import { systemClock } from '../stores/system-clock.ts'
import { contentMark, contentMarks, lengthOf, recognised } from './content-marks.ts'

/** How often a file is looked at. Nothing is gained by hearing of every write: documents wait for the
 *  next commit, which is seconds away, and file systems in a network tell of none. */
const LOOK_EVERY_MS = 500
/** A writer that has not been told of the rotation yet writes on into the file that was moved away. */
const ROTATED_GRACE_MS = 2_000
const READ_BYTES = 1 << 20
/** Compared before reading on: a file that was emptied and written anew may be longer than before. */
const TAIL_BYTES = 256
/** Looked at to know what it is. */
const HEAD_BYTES = 64 * 1024
const NEWLINE = 10
const NOTHING = new Uint8Array(0)

/**
 *   stopped    nobody wants to read on
 *   replaced   another file stands at the path, or none
 *   rewritten  it was emptied, or says something else where it was read already
 */
type FollowEnd = 'stopped' | 'replaced' | 'rewritten'

interface FollowSettings {
  /** Ends it after what is there. */
  readonly stop: AbortSignal
  /** See `Source`. */
  readonly movesUnder?: string | undefined
  readonly format?: SourceFormat | undefined
}

/**
 * A file that is read while it is written: it goes on with what comes, until it is stopped, replaced or
 * rewritten. It is the open file that is followed, whatever becomes of its name.
 */
export class FollowedFile implements Source {
  readonly uri: string
  readonly sizeBytes = undefined
  readonly isLive = true
  readonly movesUnder: string
  readonly format: SourceFormat | undefined
  /** Why it ended; undefined: it has not. */
  end: FollowEnd | undefined
  /** When it last had something new. */
  grewAtMs = Date.now()
  readonly #path: string
  readonly #file: FileHandle
  readonly #stop: AbortSignal
  readonly #inode: number
  #hash: Hash = createHash('sha256')
  #length = 0
  #tail = NOTHING
  #replacedAtMs: number | undefined

  private constructor(
    path: string,
    file: FileHandle,
    settings: FollowSettings & { inode: number },
  ) {
    this.uri = pathToFileURL(resolve(path)).href
    this.movesUnder = settings.movesUnder ?? `${this.uri}#`
    this.format = settings.format
    this.#path = path
    this.#file = file
    this.#stop = settings.stop
    this.#inode = settings.inode
  }

  /** Undefined when there is none. Throws as opening does. To be closed. */
  static async open(path: string, settings: FollowSettings): Promise<FollowedFile | undefined> {
    if (!(await isFile(path))) return undefined
    const file = await open(path)
    const { ino: inode } = await file.stat()
    return new FollowedFile(path, file, { ...settings, inode })
  }

  get etag(): string {
    return contentMark(this.#length, this.#hash.copy().digest('hex'))
  }

  get inode(): number {
    return this.#inode
  }

  /** `partial` until there are two lines, which tell how it is written. */
  async beginning(): Promise<'empty' | 'packed' | 'partial' | 'lines'> {
    const head = await this.#readAt(0, HEAD_BYTES)
    if (head.length === 0) return 'empty'
    if (isPacked(head)) return 'packed'
    const hasTwoLines = head.indexOf(NEWLINE, head.indexOf(NEWLINE) + 1) > head.indexOf(NEWLINE)
    return hasTwoLines || head.length === HEAD_BYTES ? 'lines' : 'partial'
  }

  async *open(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    this.#hash = createHash('sha256')
    this.#length = 0
    this.#tail = NOTHING
    this.end = undefined
    for (;;) {
      signal?.throwIfAborted()
      const chunk = await this.#readOn()
      if (chunk !== undefined && chunk.length > 0) {
        yield chunk
        continue
      }
      this.end = chunk === undefined ? 'rewritten' : await this.#findEnd()
      if (this.end !== undefined) return
      yield NOTHING
      await this.#pause()
    }
  }

  async findGrown(known: readonly KnownContent[]) {
    if (known.length === 0) return undefined
    const read = (end: number): AsyncIterable<Uint8Array> => this.#readUpTo(end)
    const now = await contentMarks(read, known.map(lengthOf))
    const content = await recognised(known, { uri: this.uri, marks: now })
    return content && { content, isLonger: false }
  }

  /** Nobody writes on into what was replaced. */
  isAtRest(): Promise<boolean> {
    return Promise.resolve(this.end !== 'stopped')
  }

  verifyUnchanged(): Promise<void> {
    return Promise.resolve()
  }

  /** Those of the file, if all of it was read; else none. */
  async readFacts(textOf: (stats: Stats) => string): Promise<string> {
    const stats = await this.#file.stat()
    return stats.size === this.#length ? textOf(stats) : ''
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** What is new; undefined when it is not what it was any more. */
  async #readOn(): Promise<Uint8Array | undefined> {
    const back = this.#tail.length
    const bytes = await this.#readAt(this.#length - back, READ_BYTES)
    if (Buffer.compare(bytes.subarray(0, back), this.#tail) !== 0) return undefined
    const chunk = bytes.subarray(back)
    if (chunk.length === 0) return chunk
    this.#hash.update(chunk)
    this.#length += chunk.length
    this.#tail = Uint8Array.from(bytes.subarray(-TAIL_BYTES))
    this.grewAtMs = Date.now()
    this.#replacedAtMs = undefined
    return chunk
  }

  async #findEnd(): Promise<FollowEnd | undefined> {
    if (this.#stop.aborted) return 'stopped'
    const facts = await stat(this.#path).catch(() => undefined)
    if (facts?.ino === this.#inode) {
      this.#replacedAtMs = undefined
      return undefined
    }
    this.#replacedAtMs ??= Date.now()
    return Date.now() - this.#replacedAtMs >= ROTATED_GRACE_MS ? 'replaced' : undefined
  }

  async #pause(): Promise<void> {
    await systemClock.sleep(LOOK_EVERY_MS, this.#stop).catch(() => undefined)
  }

  async #readAt(position: number, length: number): Promise<Uint8Array> {
    // A buffer of its own each time: lines are views of it.
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  async *#readUpTo(end: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < end;) {
      const chunk = await this.#readAt(at, Math.min(READ_BYTES, end - at))
      if (chunk.length === 0) return
      at += chunk.length
      yield chunk
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}
