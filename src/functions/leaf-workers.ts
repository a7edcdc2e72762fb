import { MessageChannel, type MessagePort, parentPort, Worker } from 'node:worker_threads'
import type { LeafInvoker } from '../engine/search/leaf-request.ts'
import type { LeafThread } from '../engine/search/spread.ts'
import { LeafPeer } from './leaf-peer.ts'

/** A thread takes 100 ms to start and as long to run fast: a search that finds none yet is shared only where
 *  it is worth more than this, with reading several times its work. */
const STARTING_MS = 50

interface WorkerSettings {
  /** A module that calls `searchFor` with its `workerData`. */
  readonly file: URL
  readonly count: number
  /** A line about a thread that ended. */
  readonly log: (fields: Readonly<Record<string, unknown>>) => void
}

/**
 * Threads of one function that search parts for it (docs/decisions/0049). Started by the first search
 * that is worth sharing. One that ended is not replaced, as the process itself will not live long.
 */
export class LeafWorkers {
  readonly #settings: WorkerSettings
  #threads: readonly { readonly peer: LeafPeer; isUp: boolean }[] | undefined

  constructor(settings: WorkerSettings) {
    this.#settings = settings
  }

  /** Those that may be asked for a search of so much work, after this one (undefined). */
  ready(workMs: number): readonly (LeafThread | undefined)[] {
    const { count } = this.#settings
    this.#threads ??= Array.from({ length: count }, () => this.#start())
    const waits = workMs >= STARTING_MS
    const ready = this.#threads.filter(({ peer, isUp }) => peer.isOpen && (isUp || waits))
    return [undefined, ...ready.map(({ peer }) => peer)]
  }

  #start(): { readonly peer: LeafPeer; isUp: boolean } {
    const { file, log } = this.#settings
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(file, { workerData: port2, transferList: [port2] })
    worker.on('error', ({ message }) => log({ event: 'leaf_thread_ended', error: message }))
    const thread = { peer: new LeafPeer(port1, nobody), isUp: false }
    worker.once('message', () => {
      thread.isUp = true
    })
    worker.unref()
    return thread
  }
}

/** In a worker: answers what comes by its `workerData`, for as long as the other side is there. */
export function searchFor(port: unknown, here: LeafInvoker): void {
  // Only `LeafWorkers` starts these.
  const given = port as MessagePort
  void new LeafPeer(given, here)
  // Nothing else keeps this thread.
  given.ref()
  parentPort?.postMessage('up')
}

const nobody: LeafInvoker = { search: () => Promise.reject(new Error('asked by a worker')) }
