import { isQwError } from '../../src/engine/errors.ts'
import {
  DELETION_GRACE_MS,
  ORPHAN_GRACE_MS,
} from '../../src/engine/metastore/index-file-changes.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { Dice } from './dice.ts'
import { Documents, START_MS } from './documents.ts'
import { Host } from './host.ts'
import * as jobs from './jobs.ts'
import { Model } from './model.ts'
import type { Network } from './network-store.ts'
import { NO_BUG, type PlantedBug } from './planted-bugs.ts'
import { type FaultRates, NO_FAULTS, randomFaults, Scenario } from './scenario.ts'
import { type Outcome, Schedule, type Turn } from './schedule.ts'

export interface Report {
  readonly seed: number
  readonly callCount: number
  readonly faultCount: number
  readonly crashCount: number
  readonly jobCount: number
  /** Versions of metastore files and answers of searches. */
  readonly checkCount: number
  readonly simulatedMs: number
  /** What is wrong, the first first; empty: nothing. */
  readonly problems: readonly string[]
}

interface Options {
  readonly bug?: PlantedBug
  /** Told every step, in words. */
  readonly trace?: (line: string) => void
}

/** Steps with faults; from then on there are none, so that every world comes to an end. */
const MAX_FAULTY_STEPS = 3_000
/** Far more than any world needs without faults. */
const MAX_STEPS = 20_000
const MAX_JOBS_OF_HOST = 3
const MINUTE_MS = 60_000
/** Longer than anything is kept that no index names: rejected documents, records of ingests. */
const LONGEST_KEPT_MS = 32 * 24 * 60 * MINUTE_MS
const PAUSES_MS = [
  MINUTE_MS,
  10 * MINUTE_MS,
  40 * MINUTE_MS,
  3 * 60 * MINUTE_MS,
  25 * 60 * MINUTE_MS,
]
/** All pauses of a world together: the checkpoint is sure to remember files for eleven days. */
const MAX_PAUSED_MS = 8 * 24 * 60 * MINUTE_MS

/** One world from its seed to its end. Everything in it follows from the seed. */
export async function simulate(seed: number, options: Options = {}): Promise<Report> {
  const world = new World(seed, options)
  await world.live()
  return world.report()
}

class World {
  readonly #seed: number
  readonly #dice: Dice
  readonly #schedule: Schedule
  readonly #model: Model
  readonly #scenario: Scenario
  readonly #index: ObjectStore
  readonly #staging: ObjectStore
  readonly #bug: PlantedBug
  readonly #trace: ((line: string) => void) | undefined
  readonly #hostsMax: number
  readonly #skewMaxMs: number
  /** Living processes, with what each is at. */
  readonly #hosts = new Map<Host, Set<jobs.Job>>()
  #faults: FaultRates
  #waiting: jobs.Job[] = []
  #pausedMs = 0
  #stepCount = 0
  readonly #counts = { callCount: 0, faultCount: 0, crashCount: 0, jobCount: 0 }

  constructor(seed: number, { bug = NO_BUG, trace }: Options) {
    this.#seed = seed
    this.#bug = bug
    this.#trace = trace
    this.#dice = new Dice(seed)
    this.#faults = randomFaults(this.#dice)
    this.#hostsMax = this.#dice.between(1, 6)
    this.#skewMaxMs = this.#dice.of([0, 1_000, 2 * MINUTE_MS])
    this.#schedule = new Schedule(
      this.#dice.fork(),
      START_MS,
      (owner) => owner instanceof Host && owner.isSlow,
    )
    const nowMs = (): number => this.#schedule.nowMs
    const documents = new Documents(this.#dice.fork())
    this.#model = new Model({ documents, skewMaxMs: this.#skewMaxMs }, nowMs)
    const clock = { nowMs, sleep: async () => {} }
    this.#index = this.#model.watch(memoryStore(clock))
    this.#staging = memoryStore(clock)
    const parts = { dice: this.#dice.fork(), model: this.#model, documents, nowMs }
    this.#scenario = new Scenario({ ...parts, staging: this.#staging })
  }

  report(): Report {
    return {
      seed: this.#seed,
      ...this.#counts,
      checkCount: this.#model.checkCount,
      simulatedMs: this.#schedule.nowMs - START_MS,
      problems: this.#model.problems,
    }
  }

  async live(): Promise<void> {
    const { configs } = this.#scenario
    const isCreatedFirst = this.#dice.chance(0.8)
    const creation = configs.map((config) => jobs.create(config))
    const work = await this.#scenario.randomJobs()
    if (isCreatedFirst) {
      const faults = this.#faults
      await this.#calmly(creation)
      this.#faults = faults
      await this.#perform(work)
    } else await this.#perform([...creation, ...work])
    await this.#rest()
  }

  /** Faults end, what was left is done, the graces pass: then nothing may be missing or left over. */
  async #rest(): Promise<void> {
    for (const host of this.#hosts.keys()) this.#end(host)
    const { configs } = this.#scenario
    const each = (make: (indexId: string) => jobs.Job): jobs.Job[] =>
      configs.map(({ indexId }) => make(indexId))
    const files = configs.flatMap(({ indexId }) => this.#scenario.filesOf(indexId))
    await this.#calmly(configs.map((config) => jobs.create(config)))
    await this.#calmly(files.map((file) => this.#scenario.indexAgain(file)))
    await this.#calmly(each(jobs.erase))
    await this.#calmly(each(jobs.merge))
    await this.#calmly(each((indexId) => this.#scenario.search(indexId)))
    for (const passes of [DELETION_GRACE_MS, ORPHAN_GRACE_MS, LONGEST_KEPT_MS]) {
      this.#schedule.nowMs += passes + 3 * this.#skewMaxMs + MINUTE_MS
      // Twice: what retention marks in the first run is deleted after another grace.
      await this.#calmly(each(jobs.janitor))
      this.#schedule.nowMs += DELETION_GRACE_MS + 3 * this.#skewMaxMs + MINUTE_MS
      await this.#calmly(each(jobs.janitor))
    }
    await this.#calmly(each((indexId) => this.#scenario.search(indexId)))
    if (this.#model.problems.length > 0) return
    for (const { indexId } of configs) {
      this.#model.judgeRest(indexId, this.#scenario.filesOf(indexId))
    }
  }

  #calmly(work: readonly jobs.Job[]): Promise<void> {
    this.#faults = NO_FAULTS
    return this.#perform(work)
  }

  async #perform(work: readonly jobs.Job[]): Promise<void> {
    this.#waiting.push(...work)
    while (this.#model.problems.length === 0) {
      const isBusy = [...this.#hosts.values()].some((running) => running.size > 0)
      if (this.#waiting.length === 0 && !isBusy && this.#schedule.isEmpty) return
      if (++this.#stepCount === MAX_FAULTY_STEPS) this.#faults = NO_FAULTS
      if (this.#stepCount > MAX_STEPS) throw new Error(`seed ${this.#seed} comes to no end`)
      await this.#step()
    }
  }

  async #step(): Promise<void> {
    const { pause } = this.#faults
    if (pause > 0 && this.#dice.chance(pause) && this.#pausedMs < MAX_PAUSED_MS) {
      const pausedMs = this.#dice.of(PAUSES_MS)
      this.#pausedMs += pausedMs
      this.#schedule.nowMs += pausedMs
      this.#tell(`everybody sleeps for ${pausedMs / MINUTE_MS} minutes`)
    }
    const host = this.#waiting.length > 0 ? this.#hostWithRoom() : undefined
    const mayBegin = host !== undefined && (this.#schedule.isEmpty || this.#dice.chance(0.15))
    if (mayBegin) this.#begin(host)
    else if (this.#schedule.isEmpty)
      this.#model.report('world', ['nobody waits, and nobody is done'])
    else this.#take(this.#schedule.next())
    await this.#schedule.settle()
  }

  /** One that lives or a new one; undefined when all have enough to do. */
  #hostWithRoom(): Host | undefined {
    const free = [...this.#hosts].filter(([, running]) => running.size < MAX_JOBS_OF_HOST)
    const mayStart = this.#hosts.size < this.#hostsMax
    if (free.length > 0 && !(mayStart && this.#dice.chance(0.5))) return this.#dice.of(free)[0]
    if (!mayStart) return undefined
    const host = new Host({
      name: `host-${this.#counts.crashCount + this.#hosts.size}`,
      schedule: this.#schedule,
      network: (self) => this.#networkOf(self),
      index: this.#index,
      staging: this.#staging,
      dice: this.#dice.fork(),
      skewMaxMs: this.#skewMaxMs,
      bug: this.#bug,
    })
    this.#hosts.set(host, new Set())
    return host
  }

  #begin(host: Host): void {
    const at = this.#dice.below(Math.min(3, this.#waiting.length))
    const [job] = this.#waiting.splice(at, 1)
    const running = this.#hosts.get(host)
    if (job === undefined || running === undefined) return
    this.#counts.jobCount++
    this.#tell(`${host.name} begins to ${job.name}`)
    // The same job may be delivered twice to one process.
    const delivery = { ...job }
    running.add(delivery)
    job.run(host).then(
      () => {
        running.delete(delivery)
        this.#tell(`${host.name} is done: ${job.name}`)
      },
      (error: unknown) => {
        running.delete(delivery)
        this.#failed(host, job, error)
      },
    )
  }

  #failed(host: Host, job: jobs.Job, error: unknown): void {
    this.#tell(`${host.name} fails to ${job.name}: ${String(error)}`)
    const isPassing = ['unavailable', 'conflict', 'notFound'].some(
      (kind) => isQwError(error) && error.kind === kind,
    )
    if (!isPassing || this.#faults === NO_FAULTS) {
      const stack = isPassing || !(error instanceof Error) ? '' : `\n${error.stack}`
      this.#model.report(job.name, [`failed: ${String(error)}${stack}`])
    }
    if (job.repeats) this.#waiting.push(job)
  }

  #take(turn: Turn): void {
    const outcome = this.#outcomeOf(turn)
    if (turn.kind !== 'sleep') this.#counts.callCount++
    if (outcome !== 'done') this.#counts.faultCount++
    const who = turn.owner instanceof Host ? turn.owner.name : 'network'
    this.#tell(`${who} ${turn.what}${outcome === 'done' ? '' : `: ${outcome}`}`)
    const isFatal = outcome === 'dies' || outcome === 'diesAfter'
    if (isFatal && turn.owner instanceof Host) this.#end(turn.owner)
    turn.take(outcome)
  }

  #outcomeOf({ kind }: Turn): Outcome {
    if (kind === 'sleep' || kind === 'late') return 'done'
    const { refused, lost, late, dies, diesAfter } = this.#faults
    const isWrite = kind !== 'read'
    if (this.#dice.chance(dies)) return 'dies'
    if (isWrite && this.#dice.chance(diesAfter)) return 'diesAfter'
    if (this.#dice.chance(refused)) return 'refused'
    if (isWrite && this.#dice.chance(lost)) return 'lost'
    return kind === 'put' && this.#dice.chance(late) ? 'late' : 'done'
  }

  /** The process is gone, with everything that it was at; what repeats comes again. */
  #end(host: Host): void {
    this.#tell(`${host.name} ends`)
    this.#counts.crashCount++
    this.#schedule.forget(host)
    const running = this.#hosts.get(host) ?? []
    this.#hosts.delete(host)
    for (const job of running) if (job.repeats) this.#waiting.push(job)
  }

  #networkOf(owner: Host): Network {
    return {
      turn: (kind, what) => this.#schedule.wait({ owner, what, kind, earliestMs: 0 }),
      later: (what, act) => {
        const earliestMs = this.#schedule.nowMs + this.#dice.below(30_000)
        const turn = {
          owner: this,
          what: `${what}, sent long ago`,
          kind: 'late',
          earliestMs,
        } as const
        void this.#schedule.wait(turn).then(() => act().catch(() => undefined))
      },
    }
  }

  #tell(line: string): void {
    if (this.#trace === undefined) return
    const seconds = ((this.#schedule.nowMs - START_MS) / 1000).toFixed(3).padStart(12)
    this.#trace(`${seconds} s  ${line}`)
  }
}
