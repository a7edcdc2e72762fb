import { messageOf } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { QueueMessage } from './indexer-event.ts'
import type { InvocationLog } from './invocation-log.ts'
import type { WorkQueue } from './queue-turn.ts'

/** A message is hidden for so long after the last sign of life of the one who works on it. */
export const HELD_SECONDS = 90
/** Two signs may fail or come late, as by a long computation, before somebody else takes the message. */
const SIGN_MS = 30_000

interface Holding {
  readonly queue: WorkQueue
  readonly clock: Clock
  readonly log: InvocationLog
}

/**
 * The messages of one invocation, hidden from others for as long as it lives and little longer.
 *
 * Lambda takes no queue whose visibility timeout is below the function's own, and asks for six times
 * as much, so that an invocation that dies would leave its messages hidden for half an hour. Their
 * timeout is therefore shortened as soon as the work begins, and extended while it goes on. Costs one
 * request an invocation, and one more every half minute.
 */
export class HeldMessages implements WorkQueue {
  readonly #holding: Holding
  readonly #handles: Set<string>
  readonly #end = new AbortController()
  readonly #signs: Promise<void>
  #lastSign: Promise<void> = Promise.resolve()

  constructor(messages: readonly QueueMessage[], holding: Holding) {
    this.#holding = holding
    this.#handles = new Set(messages.map(({ receiptHandle }) => receiptHandle))
    this.#signs = this.#giveSigns()
  }

  send(bodies: readonly string[]): Promise<void> {
    return this.#holding.queue.send(bodies)
  }

  /** What is postponed is not held any more. */
  async postpone(receiptHandles: readonly string[], seconds: number): Promise<void> {
    for (const handle of receiptHandles) this.#handles.delete(handle)
    // One on its way still names them, and would come last.
    await this.#lastSign
    await this.#holding.queue.postpone(receiptHandles, seconds)
  }

  /** No sign is given after this; the last one lasts longer than the answer takes. */
  async end(): Promise<void> {
    this.#end.abort()
    await this.#signs
  }

  async #giveSigns(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      this.#lastSign = this.#giveSign()
      await this.#lastSign
      try {
        await this.#holding.clock.sleep(SIGN_MS, signal)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    }
  }

  /** Without it somebody else may begin with the same files, which costs time and adds nothing. */
  async #giveSign(): Promise<void> {
    const { queue, log } = this.#holding
    if (this.#handles.size === 0) return
    try {
      await queue.postpone([...this.#handles], HELD_SECONDS)
    } catch (error) {
      log({ event: 'not-held', num_messages: this.#handles.size, error: messageOf(error) })
    }
  }
}
