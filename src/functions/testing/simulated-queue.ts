import type { WorkQueue } from '../queue-turn.ts'

interface QueueSettings {
  readonly visibilitySeconds: number
  readonly maxReceiveCount: number
  readonly nowMs: () => number
}

interface Message {
  readonly id: string
  readonly body: string
  visibleAtMs: number
  receiveCount: number
}

/**
 * A standard queue of SQS as its documents have it: a received message is hidden for the visibility
 * timeout and comes again unless it is deleted; one that was received more often than the redrive
 * policy allows goes to the dead-letter queue instead of being delivered.
 */
export class SimulatedQueue implements WorkQueue {
  readonly deadLetters: string[] = []
  sentCount = 0
  readonly #settings: QueueSettings
  /** In order of sending, which is about the order of delivery. */
  readonly #messages = new Map<string, Message>()

  constructor(settings: QueueSettings) {
    this.#settings = settings
  }

  /** Waiting and in flight. */
  get size(): number {
    return this.#messages.size
  }

  /** When the first message becomes visible; undefined: there is none. */
  get nextVisibleMs(): number | undefined {
    let next: number | undefined
    for (const { visibleAtMs } of this.#messages.values()) {
      if (visibleAtMs <= this.#settings.nowMs()) return visibleAtMs
      next = Math.min(next ?? Infinity, visibleAtMs)
    }
    return next
  }

  send(bodies: readonly string[]): Promise<void> {
    for (const body of bodies) {
      const id = `m${++this.sentCount}`
      this.#messages.set(id, { id, body, visibleAtMs: this.#settings.nowMs(), receiveCount: 0 })
    }
    return Promise.resolve()
  }

  postpone(receiptHandles: readonly string[], seconds: number): Promise<void> {
    for (const handle of receiptHandles) {
      const message = this.#messages.get(handle)
      if (message !== undefined) message.visibleAtMs = this.#settings.nowMs() + seconds * 1_000
    }
    return Promise.resolve()
  }

  delete(id: string): void {
    this.#messages.delete(id)
  }

  /** Records as an event source mapping hands them to a function. */
  receive(most: number): Readonly<Record<string, unknown>>[] {
    const { visibilitySeconds, maxReceiveCount, nowMs } = this.#settings
    const records = []
    for (const message of this.#messages.values()) {
      if (records.length === most) break
      if (message.visibleAtMs > nowMs()) continue
      if (++message.receiveCount > maxReceiveCount) {
        this.#messages.delete(message.id)
        this.deadLetters.push(message.body)
        continue
      }
      message.visibleAtMs = nowMs() + visibilitySeconds * 1_000
      records.push({
        eventSource: 'aws:sqs',
        messageId: message.id,
        receiptHandle: message.id,
        body: message.body,
        attributes: { ApproximateReceiveCount: String(message.receiveCount) },
      })
    }
    return records
  }
}
