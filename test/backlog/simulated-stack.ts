import {
  parseIndexerEvent,
  type IndexerTask,
  type QueueMessage,
} from '../../src/functions/indexer-event.ts'
import { HeldMessages } from '../../src/functions/held-messages.ts'
import { workOff, type TaskEnd } from '../../src/functions/queue-turn.ts'
import { SimulatedQueue } from '../../src/functions/testing/simulated-queue.ts'
import { VirtualTime } from './virtual-time.ts'

export interface StackSettings {
  readonly batchSize: number
  readonly maxReceiveCount: number
  readonly visibilitySeconds: number
  /** Functions that the mapping runs at once. */
  readonly concurrency: number
  readonly timeoutSeconds: number
  /** Of one function. */
  readonly bytesPerSecond: number
  /** Keys that can never be indexed. */
  readonly broken?: ReadonlySet<string>
  /** False: the function knows no way to the queue but its answer. */
  readonly canSend?: boolean
  /** Whether an invocation dies in the midst of its first file, by its number from 1 on. */
  readonly dies?: (invocation: number) => boolean
  /** False: what an invocation that dies has received stays hidden until the queue's own time is over. */
  readonly holds?: boolean
}

export interface StackReport {
  readonly elapsedSeconds: number
  /** The longest time in which nothing was indexed although there was something to index. */
  readonly stallSeconds: number
  readonly deadLetters: readonly string[]
  readonly indexedBytes: number
  /** Messages sent, those of the notifications included. */
  readonly sentCount: number
  readonly invocationCount: number
}

/** From the delivery of a batch until the handler runs, and from its answer to the next delivery. */
const INVOCATION_OVERHEAD_MS = 300
/** As the handler keeps it free. */
const SAFETY_MS = 5_000
const POLL_MS = 500

/**
 * Bucket notifications, queue, event source mapping and indexer functions in virtual time. The decisions
 * of the function are the real ones; only indexing itself is replaced by the time it takes.
 */
export async function workOffBacklog(
  files: ReadonlyMap<string, number>,
  settings: StackSettings,
): Promise<StackReport> {
  const time = new VirtualTime()
  const nowMs = (): number => time.nowMs()
  const queue = new SimulatedQueue({ ...settings, nowMs })
  const functions = new SimulatedFunctions(files, settings, { time, queue })
  await queue.send([...files].map(([key, sizeBytes]) => notificationOf(key, sizeBytes)))
  const slots = Array.from({ length: settings.concurrency }, () => functions.poll())
  await time.run()
  await Promise.all(slots)
  return functions.report()
}

function notificationOf(key: string, size: number): string {
  const s3 = { bucket: { name: 'staging' }, object: { key, size } }
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] })
}

interface World {
  readonly time: VirtualTime
  readonly queue: SimulatedQueue
}

class SimulatedFunctions {
  readonly #files: ReadonlyMap<string, number>
  readonly #settings: StackSettings
  readonly #world: World
  /** Bytes that the checkpoint has, by key. */
  readonly #positions = new Map<string, number>()
  readonly #busy: { readonly startMs: number; readonly endMs: number }[] = []
  #invocationCount = 0

  constructor(files: ReadonlyMap<string, number>, settings: StackSettings, world: World) {
    this.#files = files
    this.#settings = settings
    this.#world = world
  }

  /** One of the functions that the mapping keeps running. */
  async poll(): Promise<void> {
    const { time, queue } = this.#world
    while (queue.size > 0) {
      const records = queue.receive(this.#settings.batchSize)
      if (records.length === 0) await time.sleep(POLL_MS)
      else await this.#invoke(records)
    }
  }

  async #invoke(records: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const { time, queue } = this.#world
    const { timeoutSeconds, canSend = true, holds = true, dies } = this.#settings
    const isDying = dies?.(++this.#invocationCount) === true
    const deadlineMs = time.nowMs() + timeoutSeconds * 1_000 - SAFETY_MS
    await time.sleep(INVOCATION_OVERHEAD_MS)
    const event = parseIndexerEvent({ Records: records })
    if (event.kind !== 'queue') throw new Error('not taken for a queue batch')
    const log = (): void => {}
    const held = holds ? new HeldMessages(event.messages, { queue, clock: time, log }) : undefined
    const failed = await new Promise<'dead' | readonly QueueMessage[]>((resolve, reject) => {
      const die = (task: IndexerTask) => this.#die(task, () => resolve('dead'))
      workOff(event.messages, {
        perform: (task) => (isDying ? die(task) : this.#index(task, deadlineMs)),
        hasTime: () => time.nowMs() < deadlineMs,
        queue: canSend ? (held ?? queue) : undefined,
        log,
      }).then(resolve, reject)
    })
    await held?.end()
    if (failed === 'dead') return
    if (time.nowMs() > deadlineMs + SAFETY_MS) throw new Error('Lambda would have killed it')
    const kept = new Set(failed.map(({ messageId }) => messageId))
    for (const { messageId } of event.messages) if (!kept.has(messageId)) queue.delete(messageId)
  }

  /** Half way through a file, of which nothing is kept. */
  async #die(task: IndexerTask, onDeath: () => void): Promise<never> {
    const bytes = task.kind === 'source' ? (this.#files.get(task.key) ?? 0) : 0
    await this.#world.time.sleep((bytes / 2 / this.#settings.bytesPerSecond) * 1_000)
    onDeath()
    return await new Promise<never>(() => {})
  }

  async #index(task: IndexerTask, deadlineMs: number): Promise<TaskEnd> {
    if (task.kind !== 'source') throw new Error('nothing else was sent')
    const { time } = this.#world
    const { bytesPerSecond, broken } = this.#settings
    if (broken?.has(task.key) === true) throw new Error('cannot be indexed')
    const position = this.#positions.get(task.key) ?? 0
    const leftBytes = (this.#files.get(task.key) ?? 0) - position
    const startMs = time.nowMs()
    const neededMs = (leftBytes / bytesPerSecond) * 1_000
    const spentMs = Math.min(neededMs, deadlineMs - startMs)
    await time.sleep(spentMs)
    this.#busy.push({ startMs, endMs: time.nowMs() })
    const isDone = spentMs === neededMs
    const doneBytes = isDone ? leftBytes : (spentMs / 1_000) * bytesPerSecond
    this.#positions.set(task.key, position + doneBytes)
    return isDone ? 'done' : 'continues'
  }

  report(): StackReport {
    let coveredMs = 0
    let stallMs = 0
    for (const { startMs, endMs } of this.#busy.toSorted((a, b) => a.startMs - b.startMs)) {
      stallMs = Math.max(stallMs, startMs - coveredMs)
      coveredMs = Math.max(coveredMs, endMs)
    }
    const { time, queue } = this.#world
    return {
      elapsedSeconds: time.nowMs() / 1_000,
      stallSeconds: stallMs / 1_000,
      deadLetters: queue.deadLetters,
      indexedBytes: Math.round([...this.#positions.values()].reduce((sum, n) => sum + n, 0)),
      sentCount: queue.sentCount,
      invocationCount: this.#invocationCount,
    }
  }
}
