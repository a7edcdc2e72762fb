import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { messageOf, QwError } from '../engine/errors.ts'
import type { ApiSettings } from '../api/services.ts'
import type { IndexingProgress } from '../engine/indexing/indexing-result.ts'
import { arrived, type TransportedError } from '../threads/transported-error.ts'
import type { CrewPlace, PeerMessage } from './search-crew.ts'
import type { StackWork } from './stack-work.ts'

/** Where a thread finds its stack. */
export interface StackPlace {
  readonly dataDir: string
  readonly stackName: string
}

export interface ThreadSettings extends StackPlace {
  /** How it answers requests; default: without asking for a key. */
  readonly api?: ApiSettings
  /** Of what one process keeps between searches; default all of it. */
  readonly cacheShare?: number
  /** How far it stands behind the thread that answers connections, where a thread can: 0 (default) to 19. */
  readonly niceness?: number
  /** Threads that it shares large searches with; default: none. */
  readonly crew?: CrewPlace
}

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly name: keyof StackWork; task: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  | PeerMessage

export type FromThread =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: IndexingProgress }
  | { readonly kind: 'done'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: TransportedError }

type Answer<N extends keyof StackWork> = Awaited<ReturnType<StackWork[N]>>

interface CallHooks {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: IndexingProgress) => void
}

interface Call {
  readonly onProgress: CallHooks['onProgress']
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/**
 * A thread that does the work of a stack. It opens the stack by itself: the two know of each other's
 * changes as processes do, by reading what was published. Started by the first call.
 */
export class StackThread {
  readonly #entry: string
  readonly #settings: ThreadSettings
  readonly #onStart: (worker: Worker) => void
  readonly #calls = new Map<number, Call>()
  #worker: Worker | undefined
  #lastId = 0

  /** `entry`: the file that a thread runs. */
  constructor(
    entry: string,
    settings: ThreadSettings,
    onStart: (worker: Worker) => void = () => undefined,
  ) {
    this.#entry = entry
    this.#settings = settings
    this.#onStart = onStart
  }

  /** Undefined where no thread can be started from: the sources, run without a build. */
  static open(
    settings: ThreadSettings,
    onStart?: (worker: Worker) => void,
  ): StackThread | undefined {
    // Beside the chunk that this is bundled into, or one folder up.
    const entry = ['./local/stack-worker.js', '../local/stack-worker.js']
      .map((path) => fileURLToPath(new URL(path, import.meta.url)))
      .find((path) => existsSync(path))
    return entry === undefined ? undefined : new StackThread(entry, settings, onStart)
  }

  /** Before the first call, which need not wait for it then. */
  start(): void {
    this.#worker ??= this.#start()
  }

  /** With parts of other threads' searches. */
  get callCount(): number {
    const { crew } = this.#settings
    return crew === undefined ? this.#calls.size : Atomics.load(crew.busy, crew.index)
  }

  /** Everything that the thread can do. Rejects with the QwError that was thrown there. */
  readonly work: StackWork = {
    checkDocs: (task) => this.#call('checkDocs', task),
    indexDocs: (task) => this.#call('indexDocs', task),
    indexBatch: (task) => this.#call('indexBatch', task),
    erase: (indexId) => this.#call('erase', indexId),
    askUpkeep: (indexId) => this.#call('askUpkeep', indexId),
    stopUpkeep: async () => {
      if (this.#worker !== undefined) await this.#call('stopUpkeep', undefined)
    },
    answer: (task, hooks) => this.#call('answer', task, hooks),
    indexFile: (task, hooks) => this.#call('indexFile', task, hooks),
    retry: (task) => this.#call('retry', task),
    merge: (task) => this.#call('merge', task),
    cleanUp: (task) => this.#call('cleanUp', task),
    infer: (task) => this.#call('infer', task),
    recoverStaging: (task, hooks) => this.#call('recoverStaging', task, hooks),
    runSchedule: (task, hooks) => this.#call('runSchedule', task, hooks),
    runUpkeep: (task, hooks) => this.#call('runUpkeep', task, hooks),
    watchFolder: (task, hooks) => this.#call('watchFolder', task, hooks),
  }

  async close(): Promise<void> {
    this.#worker?.removeAllListeners()
    await this.#worker?.terminate()
  }

  async #call<N extends keyof StackWork>(
    name: N,
    task: Parameters<StackWork[N]>[0],
    { signal, onProgress }: CallHooks = {},
  ): Promise<Answer<N>> {
    const id = ++this.#lastId
    const worker = (this.#worker ??= this.#start())
    const send = (message: ToThread): void => worker.postMessage(message)
    const abort = (): void => send({ kind: 'abort', id })
    try {
      return await new Promise<Answer<N>>((resolve, reject) => {
        // What the method of this name answers, sent by the other side.
        const settle = (answer: unknown): void => resolve(answer as Answer<N>)
        this.#calls.set(id, { onProgress, resolve: settle, reject })
        this.#count(1)
        send({ kind: 'call', id, name, task })
        if (signal?.aborted === true) abort()
        signal?.addEventListener('abort', abort, { once: true })
      })
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#calls.delete(id)
      this.#count(-1)
    }
  }

  #count(change: 1 | -1): void {
    const { crew } = this.#settings
    if (crew !== undefined) Atomics.add(crew.busy, crew.index, change)
  }

  #start(): Worker {
    const { crew } = this.#settings
    // What one that ended was doing for others is over.
    if (crew !== undefined) Atomics.store(crew.busy, crew.index, this.#calls.size)
    const worker = new Worker(this.#entry, { workerData: this.#settings })
    this.#onStart(worker)
    worker.on('message', (message: FromThread) => this.#take(message))
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => this.#fail(cause))
    return worker
  }

  /** The next call starts another thread. */
  #fail(cause: unknown): void {
    this.#worker = undefined
    const error = new QwError('unavailable', 'a thread of this process ended in its work', {
      why: cause === undefined ? undefined : messageOf(cause),
      fix: 'ask again; where it ends again, ask for less at once',
      cause,
    })
    for (const call of this.#calls.values()) call.reject(error)
  }

  #take(message: FromThread): void {
    const call = this.#calls.get(message.id)
    switch (message.kind) {
      case 'progress':
        return call?.onProgress?.(message.progress)
      case 'done':
        return call?.resolve(message.answer)
      case 'failed':
        return call?.reject(arrived(message.error))
    }
  }
}
