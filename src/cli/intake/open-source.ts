import { QwError } from '../../engine/errors.ts'
import { parseSourceFormat } from '../../engine/schema/source-format.ts'
import type { Source } from '../../engine/sources/source.ts'
import { fileSource, fileToLookAt, streamSource, type PipeSource } from '../../local/file-source.ts'
import type { CliContext } from '../command/context.ts'
import { STDIN } from './ingest-files.ts'

/** The files of one command. Stdin is one source, whoever looks at it first. */
export class SourceOpener {
  readonly #context: CliContext
  /** A name that `parseSourceFormat` takes, or `auto`. */
  readonly #format: string
  #stdin: PipeSource | undefined

  constructor(context: CliContext, format = 'auto') {
    this.#context = context
    this.#format = format
  }

  /** The format's name for who opens the files by itself; undefined: by content. */
  get formatName(): string | undefined {
    return this.#format === 'auto' ? undefined : this.#format
  }

  /** To be indexed: with its identity, for which the file is read once. */
  async open(path: string): Promise<Source> {
    const { signal } = this.#context
    return this.#inFormat(path === STDIN ? this.#openStdin() : await fileSource(path, signal))
  }

  /** To be looked at, without identity. What was looked at of stdin can still be indexed. */
  async lookAt(path: string): Promise<Source> {
    if (path !== STDIN) return this.#inFormat(await fileToLookAt(path))
    const stdin = this.#openStdin()
    return this.#inFormat({ ...stdin, open: () => stdin.peek() })
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

  #inFormat(source: Source): Source {
    if (this.#format === 'auto') return source
    return { ...source, format: parseSourceFormat(this.#format) }
  }
}
