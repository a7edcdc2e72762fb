import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type ErrorCode, type ErrorKind, QwError } from '../engine/errors.ts'
import type { IndexingProgress, IndexingResult } from '../engine/indexing/indexing-result.ts'
import type { MaxRejects } from '../engine/indexing/reject-limit.ts'

/** A file to be indexed, as a value that can be handed to another thread. */
export interface IndexFileJob {
  readonly path: string
  readonly indexId: string
  readonly sourceId: string
  /** By name; undefined: by content. */
  readonly format: string | undefined
  readonly force: boolean
  readonly rejects: 'keep' | 'drop'
  readonly maxRejects: MaxRejects | undefined
  readonly memoryLimitBytes: number
}

export interface WorkerPlace {
  readonly dataDir: string
  readonly stackName: string
}

export type ToWorker =
  | { readonly kind: 'index'; readonly job: IndexFileJob }
  /** Ends the job at its last commit. */
  | { readonly kind: 'stop' }

export type FromWorker =
  | { readonly kind: 'progress'; readonly progress: IndexingProgress }
  | { readonly kind: 'done'; readonly result: IndexingResult }
  | { readonly kind: 'failed'; readonly error: TransportedError }

interface TransportedError {
  readonly kind: ErrorKind
  readonly message: string
  readonly code: ErrorCode | undefined
  readonly why: string | undefined
  readonly fix: string | undefined
}

interface JobWatcher {
  readonly signal: AbortSignal
  readonly onProgress: (progress: IndexingProgress) => void
}

/**
 * Threads that index files side by side. Every file is a source of its own and every commit a
 * conditional write, so that they need to know nothing of each other.
 */
export class IndexingPool {
  readonly #entry: string
  readonly #place: WorkerPlace
  readonly #idle: Worker[] = []
  readonly #all: Worker[] = []

  private constructor(entry: string, place: WorkerPlace) {
    this.#entry = entry
    this.#place = place
  }

  /** Undefined where threads cannot be started from: the sources, run without a build. */
  static open(place: WorkerPlace): IndexingPool | undefined {
    // Beside the chunk that this is bundled into, or one folder up.
    const entry = ['./local/indexing-worker.js', '../local/indexing-worker.js']
      .map((path) => fileURLToPath(new URL(path, import.meta.url)))
      .find((path) => existsSync(path))
    return entry === undefined ? undefined : new IndexingPool(entry, place)
  }

  /** Rejects with the QwError that indexing threw. Starts a thread when none is idle. */
  async index(job: IndexFileJob, { signal, onProgress }: JobWatcher): Promise<IndexingResult> {
    const worker = this.#idle.pop() ?? this.#start()
    const send = (message: ToWorker): void => worker.postMessage(message)
    const stop = (): void => send({ kind: 'stop' })
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await new Promise<IndexingResult>((resolve, reject) => {
        worker.removeAllListeners()
        worker.on('error', reject)
        worker.on('exit', () => reject(new QwError('internal', 'an indexing thread ended')))
        worker.on('message', (message: FromWorker) => {
          switch (message.kind) {
            case 'progress':
              return onProgress(message.progress)
            case 'done':
              return resolve(message.result)
            case 'failed': {
              const { kind, message: text, ...facts } = message.error
              return reject(new QwError(kind, text, facts))
            }
          }
        })
        send({ kind: 'index', job })
        if (signal.aborted) stop()
      })
    } finally {
      signal.removeEventListener('abort', stop)
      this.#idle.push(worker)
    }
  }

  async close(): Promise<void> {
    for (const worker of this.#all) worker.removeAllListeners()
    await Promise.all(this.#all.map((worker) => worker.terminate()))
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { workerData: this.#place })
    this.#all.push(worker)
    return worker
  }
}
