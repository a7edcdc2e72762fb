import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, QwError } from '../engine/errors.ts'
import { decompressed } from '../engine/sources/compression.ts'
import type { Source } from '../engine/sources/source.ts'
import { systemClock } from '../stores/system-clock.ts'
import { contentMarks, lengthOf, recognised } from './content-marks.ts'

const READ_BYTES = 1 << 20
const NEWLINE = 10

/** A file of a folder in which files are moved about. */
interface MovedFile {
  /** URI of that folder. */
  readonly movesUnder: string
  /** Told of a file in its place that this one is a copy of. */
  readonly onCopy?: () => void
}

/**
 * A file of this machine as a source. Its identity is its path and its content (length and SHA-256), so
 * that a file that was only touched or copied back adds nothing when it is indexed again. One that grew
 * is recognised by what it began with, and read on from where it was left; one that was rewritten or
 * rotated begins with something else. Reads the whole file once, for its hash.
 *
 * With `moved`, it is also recognised by what is packed in it: a log that was rotated is packed later.
 */
export async function fileSource(
  path: string,
  signal?: AbortSignal,
  moved?: MovedFile,
): Promise<Source> {
  const source = await fileToLookAt(path)
  const { uri, sizeBytes } = source
  const read = (end: number): AsyncIterable<Uint8Array> => readFileBytes(path, end, signal)
  const [etag = ''] = await contentMarks(read, [sizeBytes])
  return {
    ...source,
    etag,
    ...(moved === undefined ? {} : { movesUnder: moved.movesUnder }),
    async findGrown(known) {
      if (known.length === 0) return undefined
      const lengths = known.map(lengthOf)
      const marks = await contentMarks(read, [sizeBytes, ...lengths])
      // Another file stands there by now: reading it will tell.
      if (!marks.has(etag)) return undefined
      const unpacked =
        moved === undefined
          ? new Set<string>()
          : await contentMarks(() => decompressed(source, { signal }), lengths)
      const content = await recognised(known, {
        uri,
        marks: new Set([...marks, ...unpacked]),
        onCopy: moved?.onCopy,
      })
      if (content === undefined) return undefined
      return { content, isLonger: !unpacked.has(content.etag) && lengthOf(content) > sizeBytes }
    },
    isAtRest: () => isAtRest(path, source.sizeBytes),
  }
}

/** The same without the hash: for samples and dry runs, which need no identity. */
export async function fileToLookAt(path: string): Promise<Source & { readonly sizeBytes: number }> {
  const facts = await factsOf(path)
  return {
    uri: pathToFileURL(resolve(path)).href,
    etag: '',
    sizeBytes: facts.size,
    open: (signal) => readFileBytes(path, facts.size, signal),
    async verifyUnchanged() {
      const now = await factsOf(path)
      // A log goes on being written while it is read: that only adds to what was opened.
      const hasGrown = now.size > facts.size && now.ino === facts.ino
      if (!hasGrown && (now.size !== facts.size || now.mtimeMs !== facts.mtimeMs)) {
        throw new QwError('conflict', `${path} changed while it was read`, {
          fix: 'run the command again when the file is complete',
        })
      }
    },
  }
}

/**
 * A pipe as a source. It has no identity: what comes through it is always new. It can be looked at
 * (opened with `peek`) before it is read; what was looked at is kept until then.
 */
export interface PipeSource extends Source {
  peek(): AsyncIterable<Uint8Array>
}

export function streamSource(uri: string, stream: AsyncIterable<Uint8Array>): PipeSource {
  const chunks = stream[Symbol.asyncIterator]()
  const kept: Uint8Array[] = []
  let ended = false
  /** The read under way: whoever stopped looking may have left one behind. */
  let pulling: Promise<void> | undefined

  async function pull(): Promise<void> {
    pulling ??= chunks.next().then((next) => {
      if (next.done === true) ended = true
      else kept.push(next.value)
      pulling = undefined
    })
    await pulling
  }

  return {
    uri,
    etag: '',
    sizeBytes: undefined,
    opensOnce: true,
    async *peek() {
      for (let i = 0; ; i++) {
        while (i >= kept.length && !ended) await pull()
        const chunk = kept[i]
        if (chunk === undefined) return
        yield chunk
      }
    },
    async *open(signal) {
      for (;;) {
        signal?.throwIfAborted()
        if (pulling !== undefined) await pulling
        const chunk = kept.shift()
        if (chunk !== undefined) yield chunk
        else if (ended) return
        else await pull()
      }
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

/** A pipe that is read while it is written to, until it ends or is stopped. */
export function liveStream(pipe: Source, stop: AbortSignal): Source {
  return {
    ...pipe,
    isLive: true,
    async *open(signal) {
      const chunks = pipe.open(signal)[Symbol.asyncIterator]()
      const stopped = new Promise<undefined>((resolve) => {
        if (stop.aborted) resolve(undefined)
        stop.addEventListener('abort', () => resolve(undefined), { once: true })
      })
      let next = chunks.next()
      for (;;) {
        const pause = systemClock.sleep(LIVE_PAUSE_MS).then(() => undefined)
        const got = await Promise.race([next, pause, stopped])
        if (got?.done === true || (got === undefined && stop.aborted)) return
        yield got?.value ?? new Uint8Array(0)
        if (got !== undefined) next = chunks.next()
      }
    },
  }
}

async function factsOf(
  path: string,
): Promise<{ readonly size: number; readonly mtimeMs: number; readonly ino: number }> {
  let facts
  try {
    facts = await stat(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (facts.isFile()) return facts
  throw new QwError('invalid', `${path} is not a file`, { fix: 'name a file, a folder or a glob' })
}

/** How often who reads a silent pipe may look at the clock. */
const LIVE_PAUSE_MS = 500
/** A file that was written to this recently may be in the middle of a line. */
const REST_MS = 1_000

/** Waits until that can be told. A whole last line needs no waiting. */
async function isAtRest(path: string, sizeBytes: number): Promise<boolean> {
  const sinceMs = Date.now() - (await factsOf(path)).mtimeMs
  if (sinceMs < REST_MS && !(await endsLine(path, sizeBytes))) {
    await systemClock.sleep(REST_MS - Math.max(0, sinceMs))
  }
  return (await factsOf(path)).size === sizeBytes
}

async function endsLine(path: string, sizeBytes: number): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, sizeBytes - 1))
    return buffer[0] === NEWLINE
  } finally {
    await file.close()
  }
}

/** The first `sizeBytes` of a file: what is written behind them meanwhile is for the next time. */
async function* readFileBytes(
  path: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (sizeBytes === 0) return
  const stream = createReadStream(path, {
    highWaterMark: READ_BYTES,
    end: sizeBytes - 1,
    ...(signal === undefined ? {} : { signal }),
  })
  try {
    // A binary stream without an encoding yields buffers alone.
    for await (const chunk of stream) yield chunk as Buffer
  } catch (cause) {
    signal?.throwIfAborted()
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): QwError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT') {
    return new QwError('notFound', `there is no file ${path}`, { fix: 'check the path', cause })
  }
  return new QwError('invalid', `cannot read ${path}: ${messageOf(cause)}`, {
    fix:
      code === 'EACCES'
        ? `make it readable: chmod u+r ${path}`
        : 'check that it is a readable file',
    cause,
  })
}
