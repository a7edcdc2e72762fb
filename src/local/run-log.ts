import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../engine/ports.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'

/** Who wrote a line: the functions of the stack, and its gateway. */
export type LogSource = 'indexer' | 'generator' | 'searcher' | 'api'

/** The newest file is moved aside at this size, in place of the one moved before. */
const MAX_FILE_BYTES = 4 << 20

const FOLDER = 'logs'
const NEWEST = 'run.ndjson'
const OLDER = 'run.1.ndjson'

/**
 * What CloudWatch holds in AWS, as files of the stack's folder: the lines of the functions, each with
 * its time and its function. A line that cannot be written is lost: logging never fails the work.
 */
export class RunLog {
  readonly #folder: string
  readonly #clock: Clock
  /** Of the newest file; undefined until it has been looked at. */
  #sizeBytes: number | undefined

  constructor(stackFolder: string, clock: Clock) {
    this.#folder = join(stackFolder, FOLDER)
    this.#clock = clock
  }

  /** The log of one function; `requestId` is asked for at each line. */
  of(source: LogSource, requestId: () => string | undefined = () => undefined): InvocationLog {
    return (fields) => {
      const id = requestId()
      const time = new Date(this.#clock.nowMs()).toISOString()
      this.#append(
        `${JSON.stringify({ time, source, ...(id === undefined ? {} : { request_id: id }), ...fields })}\n`,
      )
    }
  }

  /** Every line that is kept, oldest first. */
  async read(): Promise<string[]> {
    const texts = await Promise.all([OLDER, NEWEST].map((name) => this.#readFile(name)))
    return texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  }

  /** One system call for most lines: a server writes one for each request. */
  #append(line: string): void {
    const path = join(this.#folder, NEWEST)
    try {
      if (this.#sizeBytes === undefined) {
        mkdirSync(this.#folder, { recursive: true })
        this.#sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      }
      appendFileSync(path, line)
      this.#sizeBytes += Buffer.byteLength(line)
      if (this.#sizeBytes > MAX_FILE_BYTES) {
        renameSync(path, join(this.#folder, OLDER))
        this.#sizeBytes = 0
      }
    } catch {
      // A full disk stops the work itself soon enough, with a better message; a removed folder is made
      // again for the next line.
      this.#sizeBytes = undefined
    }
  }

  async #readFile(name: string): Promise<string> {
    return await readFile(join(this.#folder, name), 'utf8').catch(() => '')
  }
}
