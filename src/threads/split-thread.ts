import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { shareLargeMemory } from '../engine/bytes/large-memory.ts'
import { messageOf, QwError } from '../engine/errors.ts'
import type { DocBlock } from '../engine/split/doc-store.ts'
import type { CollectedFields, EncodedFields } from '../engine/split/encode-fields.ts'
import { type SplitWork, splitWorkHere } from '../engine/split/split-work.ts'
import { arrived, type TransportedError } from './transported-error.ts'

export type SplitTask =
  | { readonly kind: 'sealDocs'; readonly block: DocBlock }
  | { readonly kind: 'encodeFields'; readonly fields: CollectedFields }

export interface ToSplitThread {
  readonly id: number
  readonly task: SplitTask
}

export type FromSplitThread =
  | { readonly kind: 'done'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: TransportedError }

interface Call {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** Of documents sealed here before the thread begins: its start and its compilation take half a second of a
 *  core, which a file of 100,000 documents does not give back. */
const WORTH_BYTES = 32 * 1024 * 1024
/** Blocks of documents that may wait for the thread: it never waits for one, and memory stays bounded. */
const WAITING_MAX = 4
/** What it leaves are mostly arrays outside of the heap, which a collection of this small part gives back. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4 }
/** Room for the next block, which is a little longer or shorter. */
const SPARE_BYTES = 16 * 1024
const ENTRIES = ['./split-worker.mjs', './threads/split-worker.js', '../threads/split-worker.js']

/** Undefined where a second thread would not help, or none can be started: the sources, run without a
 *  build. The work is then done where it is asked for. */
export function openSplitThread(cores: number): SplitThread | undefined {
  if (cores < 2) return undefined
  const entry = ENTRIES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) =>
    existsSync(path),
  )
  return entry === undefined ? undefined : new SplitThread(entry)
}

/**
 * A thread that seals documents and encodes fields while this one reads the next documents. It begins
 * when so many documents have come, in one source or in many, that it is worth its start, and whoever
 * finds it busy does the work here: the two share it as they get on. It keeps no process alive.
 */
export class SplitThread implements SplitWork {
  readonly #entry: string
  readonly #here = splitWorkHere()
  readonly #calls = new Map<number, Call>()
  /** Shared memory of blocks that are sealed: of `WAITING_MAX` at most. */
  readonly #spare: SharedArrayBuffer[] = []
  #worker: Worker | undefined
  #lastId = 0
  #bytesBefore: number

  /** `worthBytes`: of documents that are sealed here first. */
  constructor(entry: string, worthBytes = WORTH_BYTES) {
    this.#entry = entry
    this.#bytesBefore = worthBytes
    shareLargeMemory()
  }

  sealDocs(block: DocBlock): Promise<Uint8Array> {
    const { docs, ends, level } = block
    if (this.#bytesBefore > 0 || this.#calls.size >= WAITING_MAX) {
      this.#bytesBefore -= docs.length
      return this.#here.sealDocs(block)
    }
    // Copies: the caller goes on writing into these.
    const room = this.#roomFor(docs.length)
    const copy = new Uint8Array(room, 0, docs.length)
    copy.set(docs)
    const copied = { docs: copy, ends: ends.slice(), level }
    return this.#call({ kind: 'sealDocs', block: copied }).then((sealed) => {
      this.#spare.push(room)
      // What this kind of task is answered with.
      return sealed as Uint8Array
    })
  }

  #roomFor(byteLength: number): SharedArrayBuffer {
    const spare = this.#spare.pop()
    const fits = spare !== undefined && spare.byteLength >= byteLength
    return fits ? spare : new SharedArrayBuffer(byteLength + SPARE_BYTES)
  }

  encodeFields(fields: CollectedFields): Promise<EncodedFields> {
    if (this.#worker === undefined) return this.#here.encodeFields(fields)
    return this.#call({ kind: 'encodeFields', fields }) as Promise<EncodedFields>
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #call(task: SplitTask): Promise<unknown> {
    const id = ++this.#lastId
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve, reject) => {
      worker.postMessage({ id, task } satisfies ToSplitThread)
      this.#calls.set(id, { resolve, reject })
      worker.ref()
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { resourceLimits: RESOURCE_LIMITS })
    worker.unref()
    worker.on('message', (message: FromSplitThread) => this.#take(message))
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => this.#fail(worker, cause))
    return worker
  }

  #take(message: FromSplitThread): void {
    const call = this.#calls.get(message.id)
    this.#calls.delete(message.id)
    if (this.#calls.size === 0) this.#worker?.unref()
    if (message.kind === 'done') call?.resolve(message.answer)
    else call?.reject(arrived(message.error))
  }

  /** The next call starts another thread. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = undefined
    const why = cause === undefined ? undefined : messageOf(cause)
    const error = new QwError('unavailable', 'the thread that encodes splits ended in its work', {
      why,
      fix: 'run the same again: what was published stays, and nothing is indexed twice',
      cause,
    })
    for (const call of this.#calls.values()) call.reject(error)
    this.#calls.clear()
  }
}
