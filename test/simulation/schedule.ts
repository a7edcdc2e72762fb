import type { Dice } from './dice.ts'

/**
 * What becomes of a call on the store:
 *
 *   done       it takes effect and is answered
 *   refused    it takes no effect, and the caller sees an error: 503, a time-out, 409 of S3
 *   lost       it takes effect, and the caller sees an error all the same
 *   late       the caller sees an error now, and it takes effect some time after
 *   slow       it takes effect now, and is answered when the process wakes hours later
 *   dies       the process ends before the call
 *   diesAfter  the process ends when the call has taken effect
 */
export type Outcome = 'done' | 'refused' | 'lost' | 'late' | 'slow' | 'dies' | 'diesAfter'

/** Somebody who waits for the world to go on: a call on a store, or a sleep. */
export interface Turn {
  /** The process that waits; all its turns end with it. */
  readonly owner: object
  readonly what: string
  readonly kind: 'read' | 'put' | 'delete' | 'sleep' | 'late'
  readonly earliestMs: number
  readonly take: (outcome: Outcome) => void
}

/** Turns looked at for the slow ones to be passed over. */
const LOOKS = 3

/** Simulated time, and who waits for it. Nothing here moves by itself. */
export class Schedule {
  nowMs: number
  readonly #dice: Dice
  /** A slow one is passed over most of the time, so that whole runs of others fit between its calls. */
  readonly #isSlow: (owner: object) => boolean
  #waiting: Turn[] = []
  readonly #frozenUntilMs = new WeakMap<object, number>()

  constructor(dice: Dice, startMs: number, isSlow: (owner: object) => boolean) {
    this.#dice = dice
    this.nowMs = startMs
    this.#isSlow = isSlow
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  wait(turn: Omit<Turn, 'take'>): Promise<Outcome> {
    return new Promise((take) => this.#waiting.push({ ...turn, take }))
  }

  /** Takes one of those who may go on out of the line; time passes until one may. */
  next(): Turn {
    const earliestMs = Math.min(...this.#waiting.map((turn) => turn.earliestMs))
    this.nowMs = Math.max(this.nowMs + this.#dice.below(20), Math.ceil(earliestMs))
    const ready = this.#waiting.filter((turn) => turn.earliestMs <= this.nowMs)
    let chosen = this.#dice.of(ready)
    for (let look = 0; look < LOOKS && this.#isSlow(chosen.owner); look++) {
      chosen = this.#dice.of(ready)
    }
    this.#waiting = this.#waiting.filter((turn) => turn !== chosen)
    return chosen
  }

  isFrozen(owner: object): boolean {
    return (this.#frozenUntilMs.get(owner) ?? 0) > this.nowMs
  }

  /** Back into the line. */
  postpone(turn: Turn): void {
    this.#waiting.push(turn)
  }

  /** Nothing of its goes on before then. */
  freeze(owner: object, untilMs: number): void {
    this.#frozenUntilMs.set(owner, untilMs)
    this.#waiting = this.#waiting.map((turn) =>
      turn.owner === owner ? { ...turn, earliestMs: Math.max(turn.earliestMs, untilMs) } : turn,
    )
  }

  /** When the next one wakes whose time has not come. */
  get nextWakeMs(): number {
    return Math.min(
      ...this.#waiting.map(({ earliestMs }) => earliestMs).filter((ms) => ms > this.nowMs),
    )
  }

  forget(owner: object): void {
    this.#waiting = this.#waiting.filter((turn) => turn.owner !== owner)
  }

  /** Until everything that can go on without a turn has done so. The engine leaves the event loop only
   *  for `setImmediate`; whatever else it did would show as two runs of one seed that differ. */
  async settle(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve))
    } while (process.getActiveResourcesInfo().includes('Immediate'))
  }
}
