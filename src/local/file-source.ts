import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, QwError } from '../engine/errors.ts'
import type { Source } from '../engine/indexing/source.ts'

const READ_BYTES = 1 << 20

/**
 * A file of this machine as a source. Its identity is its path and its content, so that a file that
 * was only touched or copied back adds nothing when it is indexed again, and a changed one does.
 */
export async function fileSource(path: string, signal?: AbortSignal): Promise<Source> {
  const facts = await factsOf(path)
  const etag = await contentHash(path, signal)
  return {
    uri: pathToFileURL(resolve(path)).href,
    etag,
    sizeBytes: facts.size,
    open: (openSignal) => readFileBytes(path, openSignal),
    async verifyUnchanged() {
      const now = await factsOf(path)
      if (now.size !== facts.size || now.mtimeMs !== facts.mtimeMs) {
        throw new QwError('conflict', `${path} changed while it was read`, {
          fix: 'run the command again when the file is complete',
        })
      }
    },
  }
}

/** A pipe has no identity: what comes through it is always new. */
export function streamSource(
  uri: string,
  stream: AsyncIterable<Uint8Array>,
): Source {
  return {
    uri,
    etag: '',
    sizeBytes: undefined,
    open: () => stream,
    verifyUnchanged: () => Promise.resolve(),
  }
}

async function factsOf(path: string): Promise<{ size: number; mtimeMs: number }> {
  let facts
  try {
    facts = await stat(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (facts.isFile()) return facts
  throw new QwError('invalid', `${path} is not a file`, { fix: 'name a file, a folder or a glob' })
}

async function contentHash(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of readFileBytes(path, signal)) hash.update(chunk)
  return hash.digest('hex')
}

async function* readFileBytes(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, {
    highWaterMark: READ_BYTES,
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
    fix: 'check that it is a readable file',
    cause,
  })
}
