import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import type { LeafInvoker } from '../engine/search/leaf-request.ts'
import type { LeafThread } from '../engine/search/spread.ts'
import { LeafPeer } from '../functions/leaf-peer.ts'

/** A thread's place among those that answer searches. */
export interface CrewPlace {
  readonly index: number
  /** What each of them has to do: requests, and parts of the others' searches. In memory of all. */
  readonly busy: Int32Array
}

/** To a thread: another one is at the other end of the port. */
export interface PeerMessage {
  readonly kind: 'peer'
  readonly index: number
  readonly port: MessagePort
}

type CrewWorker = Pick<Worker, 'threadId' | 'postMessage'>

/** Makes threads known to each other, so that one with a large search finds those that have nothing to do
 *  (docs/decisions/0049). */
export class SearchCrew {
  readonly #busy: Int32Array
  readonly #workers: (CrewWorker | undefined)[]

  constructor(count: number) {
    this.#busy = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT))
    this.#workers = Array.from({ length: count }, () => undefined)
  }

  placeOf(index: number): CrewPlace {
    return { index, busy: this.#busy }
  }

  /** A thread began, perhaps in place of one that ended. */
  started(index: number, worker: CrewWorker): void {
    this.#workers[index] = worker
    this.#workers.forEach((other, at) => {
      // A worker that ended has no thread any more.
      if (other === undefined || at === index || other.threadId < 0) return
      const { port1, port2 } = new MessageChannel()
      const introduce = (to: CrewWorker, peer: number, port: MessagePort): void =>
        to.postMessage({ kind: 'peer', index: peer, port } satisfies PeerMessage, [port])
      introduce(worker, at, port1)
      introduce(other, index, port2)
    })
  }
}

/** The crew as one of its threads sees it. */
export class CrewMember {
  readonly #place: CrewPlace
  readonly #peers: (LeafPeer | undefined)[] = []
  readonly #forOthers: LeafInvoker

  constructor(place: CrewPlace, here: LeafInvoker) {
    this.#place = place
    const { busy, index } = place
    this.#forOthers = {
      async search(request, signal) {
        Atomics.add(busy, index, 1)
        try {
          return await here.search(request, signal)
        } finally {
          Atomics.sub(busy, index, 1)
        }
      },
    }
  }

  /** Closes the port to the one that was there before. */
  join({ index, port }: PeerMessage): void {
    this.#peers[index]?.close()
    this.#peers[index] = new LeafPeer(port, this.#forOthers)
  }

  /** Those that have nothing to do, and this one (undefined), by their places. */
  ready(): readonly (LeafThread | undefined)[] {
    const { busy, index } = this.#place
    const ready: (LeafThread | undefined)[] = []
    for (let at = 0; at < busy.length; at++) {
      const peer = this.#peers[at]
      if (at === index) ready.push(undefined)
      else if (peer?.isOpen === true && Atomics.load(busy, at) === 0) ready.push(peer)
    }
    return ready
  }
}
