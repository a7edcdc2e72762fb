import { QwError } from '../../engine/errors.ts'
import type { Source } from '../../engine/sources/source.ts'
import { decompressed } from '../../engine/sources/source-reader.ts'
import { fileSource, fileToLookAt, streamSource, type PipeSource } from '../../local/file-source.ts'
import type { CliContext } from '../command/context.ts'
import { STDIN } from './ingest-files.ts'
import { arrayLines, beginsAsArray } from './array-lines.ts'

/** `auto` looks at the content; names tell nothing. */
type InputFormat = 'auto' | 'ndjson' | 'json'

/** The files of one command. Stdin is one source, whoever looks at it first. */
export class SourceOpener {
  readonly #context: CliContext
  readonly #format: InputFormat
  #stdin: PipeSource | undefined

  constructor(context: CliContext, format: InputFormat = 'auto') {
    this.#context = context
    this.#format = format
  }

  /** To be indexed: with its identity, for which the file is read once. */
  async open(path: string): Promise<Source> {
    const { signal } = this.#context
    if (path !== STDIN) return await this.#asLines(await fileSource(path, signal))
    const stdin = this.#openStdin()
    return await this.#asLines(stdin, { ...stdin, open: () => stdin.peek() })
  }

  /** To be looked at, without identity. What was looked at of stdin can still be indexed. */
  async lookAt(path: string): Promise<Source> {
    if (path !== STDIN) return await this.#asLines(await fileToLookAt(path))
    const stdin = this.#openStdin()
    return await this.#asLines({ ...stdin, open: () => stdin.peek() })
  }

  #openStdin(): PipeSource {
    if (process.stdin.isTTY) {
      throw new QwError('invalid', 'stdin is the terminal', {
        code: 'USAGE',
        fix: 'pipe documents in, or name a file',
      })
    }
    // A binary stream without an encoding yields buffers alone.
    const bytes = process.stdin as AsyncIterable<Buffer>
    this.#stdin ??= streamSource(`stdin:${this.#context.clock.nowMs()}-${process.pid}`, bytes)
    return this.#stdin
  }

  async #asLines(source: Source, lookable: Source = source): Promise<Source> {
    if (this.#format === 'ndjson') return source
    const { signal } = this.#context
    const head = await firstChunk(decompressed(lookable, { signal }))
    if (this.#format === 'auto' && !beginsAsArray(head)) return source
    return {
      ...source,
      // Of lines, not of a packed file: with the wrong total, progress would lie.
      sizeBytes: undefined,
      open: (openSignal) => arrayLines(decompressed(source, { signal: openSignal })),
    }
  }
}

async function firstChunk(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of chunks) return chunk
  return new Uint8Array(0)
}
