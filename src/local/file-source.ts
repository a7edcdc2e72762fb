import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, QwError } from '../engine/errors.ts'
import type { Source } from '../engine/sources/source.ts'

const READ_BYTES = 1 << 20

/**
 * A file of this machine as a source. Its identity is its path and its content (length and SHA-256), so
 * that a file that was only touched or copied back adds nothing when it is indexed again. One that grew
 * is recognised by what it began with, and read on from where it was left; one that was rewritten or
 * rotated begins with something else. Reads the whole file once, for its hash.
 */
export async function fileSource(path: string, signal?: AbortSignal): Promise<Source> {
  const source = await fileToLookAt(path)
  const whole = await contentMarks(path, [source.sizeBytes], signal)
  const [etag = ''] = whole
  return {
    ...source,
    etag,
    async findGrown(etags) {
      if (etags.length === 0) return undefined
      const lengths = [source.sizeBytes, ...etags.map(lengthOf).filter((length) => length > 0)]
      const now = await contentMarks(path, lengths, signal)
      // Another file stands there by now: reading it will tell.
      if (!now.has(etag)) return undefined
      const [longest] = etags
        .filter((each) => now.has(each))
        .toSorted((a, b) => lengthOf(b) - lengthOf(a))
      if (longest === undefined) return undefined
      return { etag: longest, isLonger: lengthOf(longest) > source.sizeBytes }
    },
  }
}

/** The length that an ETag of a file begins with. */
function lengthOf(etag: string): number {
  return Number(etag.slice(0, etag.indexOf('-')))
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

/** ETags of the contents that the first `lengths` bytes of a file are, where it has as many. */
async function contentMarks(
  path: string,
  lengths: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const hash = createHash('sha256')
  const marks = new Set<string>()
  const waiting = [...new Set(lengths)].toSorted((a, b) => a - b)
  const sizeBytes = Math.max(...waiting)
  let length = 0
  const mark = (): void => {
    marks.add(`${length}-${hash.copy().digest('hex')}`)
    waiting.shift()
  }
  if (waiting[0] === 0) mark()
  for await (const chunk of readFileBytes(path, sizeBytes, signal)) {
    let at = 0
    while (waiting[0] !== undefined && waiting[0] <= length + chunk.length - at) {
      const end = at + waiting[0] - length
      hash.update(chunk.subarray(at, end))
      length += end - at
      at = end
      mark()
    }
    hash.update(chunk.subarray(at))
    length += chunk.length - at
  }
  return marks
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
