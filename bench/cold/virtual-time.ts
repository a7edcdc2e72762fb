import type { Clock } from '../../src/engine/ports.ts'
import { Stopwatch } from '../stopwatch.ts'

/**
 * Time in which waiting is modelled and computing is measured. Whoever waits names the moment at which it
 * is over; the clock jumps from one such moment to the next, and what runs between them counts for as
 * long as this machine computes for it. Threads run one after another here and side by side there: each
 * has a time of its own, so that many machines can be asked on one core, however busy that is.
 *
 * What runs in it may wait for nothing else: a timer or a file would not be seen.
 */
export class VirtualTime {
  readonly #awaited: Awaited[] = []
  readonly #speed: number
  #segment: Segment | undefined

  /** `speed`: of the cores, as a share of this machine's: at 0.5 all computing takes twice as long. */
  constructor(speed = 1) {
    this.#speed = speed
  }

  /** One of that machine, free from `freeAtMs` on. */
  thread(machine: string, freeAtMs = 0): VirtualThread {
    const thread: VirtualThread = {
      machine,
      freeAtMs,
      nowMs: () =>
        this.#segment?.thread === thread ? this.#segmentEndMs(this.#segment) : thread.freeAtMs,
      sleep: (ms, signal) => this.#sleep({ thread, atMs: thread.nowMs() + ms }, signal),
    }
    return thread
  }

  /** The thread that runs now. */
  get running(): VirtualThread {
    if (this.#segment === undefined) throw new Error('nothing runs')
    return this.#segment.thread
  }

  /** What follows runs in that thread, at that moment or as soon as it is free. */
  goOn(thread: VirtualThread, atMs: number): Promise<void> {
    return new Promise((go) => this.#awaited.push({ thread, atMs, go }))
  }

  async #sleep(until: Omit<Awaited, 'go'>, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((go, stop) => {
      const awaited = { ...until, go }
      this.#awaited.push(awaited)
      signal?.addEventListener('abort', () => {
        const at = this.#awaited.indexOf(awaited)
        if (at >= 0) this.#awaited.splice(at, 1)
        stop(signal.reason as Error)
      })
    })
  }

  /** What takes no modelled time: the model's own work. */
  aside<Value>(work: () => Value): Value {
    const watch = new Stopwatch()
    try {
      return work()
    } finally {
      if (this.#segment !== undefined) this.#segment.asideMs += watch.elapsedMs()
    }
  }

  /** From the moment on at which that thread is free; tells the milliseconds until the answer. */
  async run<Value>(thread: VirtualThread, work: () => Promise<Value>): Promise<Timed<Value>> {
    const startMs = thread.freeAtMs
    const outcomes: (() => Timed<Value>)[] = []
    this.#begin({ thread, atMs: startMs })
    void work().then(
      (value) => {
        const elapsedMs = thread.nowMs() - startMs
        outcomes.push(() => ({ value, elapsedMs }))
      },
      (error: unknown) =>
        outcomes.push(() => {
          throw error
        }),
    )
    for (;;) {
      await nextTurn()
      this.#end()
      const [outcome] = outcomes
      if (outcome !== undefined) return outcome()
      const next = this.#takeNext()
      if (next === undefined) throw new Error('waits for something that has no modelled time')
      this.#begin(next)
      next.go()
    }
  }

  #begin({ thread, atMs }: Pick<Awaited, 'thread' | 'atMs'>): void {
    const beganMs = Math.max(atMs, thread.freeAtMs)
    this.#segment = { thread, beganMs, watch: new Stopwatch(), asideMs: 0 }
  }

  #end(): void {
    if (this.#segment === undefined) return
    this.#segment.thread.freeAtMs = this.#segmentEndMs(this.#segment)
    this.#segment = undefined
  }

  #segmentEndMs({ beganMs, watch, asideMs }: Segment): number {
    return beganMs + Math.max(0, watch.elapsedMs() - asideMs) / this.#speed
  }

  /** The one that can go on first. */
  #takeNext(): Awaited | undefined {
    const startOf = ({ atMs, thread }: Awaited): number => Math.max(atMs, thread.freeAtMs)
    let first = 0
    this.#awaited.forEach((each, at) => {
      if (startOf(each) < startOf(this.#awaited[first]!)) first = at
    })
    return this.#awaited.splice(first, 1)[0]
  }
}

/** A thread of some machine, and its clock. */
export interface VirtualThread extends Clock {
  readonly machine: string
  /** When it has done what it was given so far. */
  freeAtMs: number
}

interface Timed<Value> {
  readonly value: Value
  readonly elapsedMs: number
}

interface Awaited {
  readonly thread: VirtualThread
  readonly atMs: number
  readonly go: () => void
}

/** A stretch of computing between two waits. */
interface Segment {
  readonly thread: VirtualThread
  readonly beganMs: number
  readonly watch: Stopwatch
  /** Of the model's own work in it, on this machine. */
  asideMs: number
}

/** Everything that follows from what was settled has run by then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
