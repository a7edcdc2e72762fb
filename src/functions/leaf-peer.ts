import type { MessagePort } from 'node:worker_threads'
import { messageOf, QwError } from '../engine/errors.ts'
import { requestFromClone, responseFromClone, toCloneable } from '../engine/search/leaf-clone.ts'
import type { LeafInvoker, LeafRequest, LeafResponse } from '../engine/search/leaf-request.ts'
import type { HandedLeaf, LeafThread } from '../engine/search/spread.ts'

type Message =
  | {
      readonly kind: 'search'
      readonly id: number
      readonly request: unknown
      readonly state: Int32Array
    }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'found'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

/** Of a search that was handed over, in memory of both threads: whoever changes it first has it. */
const State = { waiting: 0, begun: 1, takenBack: 2 } as const

interface Waiting {
  resolve(answer: LeafResponse): void
  reject(error: unknown): void
}

/** Another thread at the other end of a port, where another one of these is: each searches for the other. */
export class LeafPeer implements LeafThread {
  readonly #port: MessagePort
  readonly #here: LeafInvoker
  /** What the other thread was asked for. */
  readonly #asked = new Map<number, Waiting>()
  /** What this one was asked for. */
  readonly #running = new Map<number, AbortController>()
  #lastId = 0
  #isOpen = true

  constructor(port: MessagePort, here: LeafInvoker) {
    this.#port = port
    this.#here = here
    port.on('message', (message: Message) => this.#take(message))
    port.on('close', () => this.#end())
    // A process may end while nobody is asked.
    port.unref()
  }

  /** Whether the other thread is still there. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The answer rejects with `unavailable` when the thread ends, and with the signal's reason. */
  hand(request: LeafRequest, signal: AbortSignal | undefined): HandedLeaf {
    const id = ++this.#lastId
    const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const abort = (): void => {
      this.#send({ kind: 'abort', id })
      this.#settle(id, (waiting) => waiting.reject(signal?.reason))
    }
    const answer = new Promise<LeafResponse>((resolve, reject) => {
      // Throws for what cannot be sent: nobody waits for an answer to that.
      this.#send({ kind: 'search', id, request: toCloneable(request), state })
      this.#asked.set(id, { resolve, reject })
      this.#port.ref()
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort, { once: true })
    }).finally(() => signal?.removeEventListener('abort', abort))
    const takeBack = (): boolean => {
      const isTaken = Atomics.compareExchange(state, 0, State.waiting, State.takenBack) === 0
      if (isTaken) this.#settle(id, (waiting) => waiting.reject(new QwError('unavailable', TAKEN)))
      return isTaken
    }
    return { answer, takeBack }
  }

  close(): void {
    this.#port.close()
  }

  #send(message: Message): void {
    this.#port.postMessage(message)
  }

  #take(message: Message): void {
    switch (message.kind) {
      case 'search':
        return void this.#search(message)
      case 'abort':
        return this.#running.get(message.id)?.abort()
      case 'found': {
        const { answer } = message
        return this.#settle(message.id, (waiting) => waiting.resolve(responseFromClone(answer)))
      }
      case 'failed': {
        const error = new QwError('unavailable', message.message)
        return this.#settle(message.id, (waiting) => waiting.reject(error))
      }
    }
  }

  async #search({ id, request, state }: Message & { kind: 'search' }): Promise<void> {
    if (Atomics.compareExchange(state, 0, State.waiting, State.begun) !== State.waiting) return
    const stop = new AbortController()
    this.#running.set(id, stop)
    try {
      const answer = await this.#here.search(requestFromClone(request), stop.signal)
      this.#send({ kind: 'found', id, answer: toCloneable(answer) })
    } catch (error) {
      this.#send({ kind: 'failed', id, message: messageOf(error) })
    } finally {
      this.#running.delete(id)
    }
  }

  #settle(id: number, tell: (waiting: Waiting) => void): void {
    const waiting = this.#asked.get(id)
    if (waiting === undefined) return
    this.#asked.delete(id)
    if (this.#asked.size === 0) this.#port.unref()
    tell(waiting)
  }

  #end(): void {
    this.#isOpen = false
    for (const stop of this.#running.values()) stop.abort()
    const gone = new QwError('unavailable', 'the thread that was asked ended')
    for (const id of this.#asked.keys()) this.#settle(id, (waiting) => waiting.reject(gone))
  }
}

const TAKEN = 'taken back'
