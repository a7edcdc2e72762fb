import { QwError } from '../errors.ts'
import type { ObjectInfo, ObjectStore } from '../ports.ts'
import type { SourceFormat } from '../schema/source-format.ts'

/** Bytes to index. (uri, etag) is the identity by which the same source is never indexed twice. */
export interface Source {
  readonly uri: string
  /** Of one that is read while it is written: that of what `open` has yielded so far. */
  readonly etag: string
  /** Of what `open` yields; undefined for a pipe. */
  readonly sizeBytes: number | undefined
  /** A pipe: what was read of it cannot be read again. */
  readonly opensOnce?: true
  /** How it is written, where somebody knows; else it is recognised by content. */
  readonly format?: SourceFormat | undefined
  /** Of one that is read while it is written: a chunk without bytes says that there is no more for now. */
  open(signal: AbortSignal | undefined): AsyncIterable<Uint8Array>
  /** It is read while it is written: its end is known only when somebody ends it. */
  readonly isLive?: true
  /**
   * For what may grow under its name: which of these contents is a beginning of this one, the longest of
   * them, or begins with this one, which somebody else then saw later. Undefined for what never grows.
   */
  readonly findGrown?: (known: readonly KnownContent[]) => Promise<GrownContent | undefined>
  /** For what may grow: whether it is left alone by now. May wait a moment to find out. */
  readonly isAtRest?: () => Promise<boolean>
  /** Of what may be moved: known contents whose URI begins with this may lie here now. */
  readonly movesUnder?: string
  /** Throws `conflict` when the source is no longer what was opened. */
  verifyUnchanged(signal: AbortSignal | undefined): Promise<void>
}

/**
 * What comes after the last byte that was read:
 *
 *   final    nothing, ever: an object, a pipe
 *   atRest   nothing for now: a file that nobody writes to at the moment
 *   open     the rest of the last line, most likely: a file that is being written
 *
 * A half line is left for the next time where one may come, and is no rejection. A last line that
 * merely lacks its line end is taken at rest, where it reads as a document.
 */
export type SourceEnd = 'final' | 'atRest' | 'open'

/** Told the length of what was left. */
export type HalfLineListener = (byteCount: number) => void

/** What a source was when it was indexed. */
export interface KnownContent {
  readonly uri: string
  readonly etag: string
}

interface GrownContent {
  readonly content: KnownContent
  /** All of this source is in that content. */
  readonly isLonger: boolean
}

/** Objects up to this size are read in one request, which also tells their ETag. */
export const WHOLE_OBJECT_BYTES = 16 * 1024 * 1024
/** Size of each ranged read of a larger object. */
export const READ_BYTES = 8 * 1024 * 1024
/** Ranged reads under way while one is being worked on: hides the store's latency for 16 MiB. */
const READS_AHEAD = 2

/** An object as a source. Costs one GET up to `WHOLE_OBJECT_BYTES`, else one per `READ_BYTES` and a HEAD per commit. */
export function objectSource(store: ObjectStore, info: ObjectInfo, uri: string): Source {
  const isWhole = info.sizeBytes <= WHOLE_OBJECT_BYTES
  return {
    uri,
    etag: info.etag,
    sizeBytes: info.sizeBytes,
    open: (signal) => (isWhole ? readWhole(store, info, signal) : readRanges(store, info, signal)),
    async verifyUnchanged(signal) {
      if (isWhole) return
      const { etag } = await store.head(info.key, signal)
      if (etag !== info.etag) throw changed(info)
    },
  }
}

async function* readWhole(
  store: ObjectStore,
  info: ObjectInfo,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stored = await store.get(info.key, { signal })
  if (stored === undefined || stored.etag !== info.etag) throw changed(info)
  yield stored.bytes
}

async function* readRanges(
  store: ObjectStore,
  info: ObjectInfo,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = []
  let start = 0
  while (start < info.sizeBytes || ahead.length > 0) {
    while (ahead.length <= READS_AHEAD && start < info.sizeBytes) {
      const end = Math.min(start + READ_BYTES, info.sizeBytes)
      const read = store.read(info.key, { start, end }, signal)
      // A failure is reported when its turn comes, also when an earlier read failed first.
      read.catch(() => undefined)
      ahead.push(read)
      start = end
    }
    const next = ahead.shift()
    if (next !== undefined) yield await next
  }
}

function changed(info: ObjectInfo): QwError {
  return new QwError('conflict', `${info.key} was replaced while it was being read`, {
    fix: 'index it again: the new content counts as a new source',
  })
}
