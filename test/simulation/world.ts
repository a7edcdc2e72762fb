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
import * as retryJobs from './retry-jobs.ts'
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
const SLEEPS_MS = [10 * MINUTE_MS, 40 * MINUTE_MS, 3 * 60 * MINUTE_MS, 12 * 60 * MINUTE_MS]
/** All pauses and sleeps of a world together: the checkpoint is sure to remember files for eleven days. */
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
  /** Processes that are going to sleep at a write of theirs. */
  readonly #sleeps = new Map<object, jobs.Sleep>()
  #faults: FaultRates
  /** Whether nothing may fail: also not what began under faults, or slept since. */
  #isCalm = false
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
    this.#skewMaxMs = this.#dice.of([0, 1_000, 2 * MINUTE_MS, 10 * MINUTE_MS])
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
    const isSleepy = this.#faults.sleeps > 0
    const parts = { dice: this.#dice.fork(), model: this.#model, documents, nowMs, isSleepy }
    const aboutMs = (): number => this.#aboutMs()
    this.#scenario = new Scenario({ ...parts, aboutMs, staging: this.#staging })
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
      this.#isCalm = false
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
    if (this.#scenario.hasRejected) {
      await this.#calmly(configs.map((config) => retryJobs.addOddField(config)))
      await this.#calmly(each(retryJobs.retry))
      for (const { indexId } of configs) this.#model.judgeRetried(indexId)
    }
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
    this.#isCalm = true
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
    if (this.#dice.chance(pause) && this.#pausedMs < MAX_PAUSED_MS) {
      const pausedMs = this.#pauseMs()
      this.#pausedMs += pausedMs
      this.#schedule.nowMs += pausedMs
      this.#tell(`nothing happens for ${pausedMs / MINUTE_MS} minutes`)
    }
    const mayBegin = this.#schedule.isEmpty || this.#dice.chance(0.15)
    const at = this.#dice.below(Math.min(3, this.#waiting.length))
    const host = mayBegin ? this.#hostFor(this.#waiting[at]) : undefined
    if (host !== undefined) this.#begin(host, at)
    else if (this.#schedule.isEmpty)
      this.#model.report('world', ['nobody waits, and nobody is done'])
    else this.#take(this.#schedule.next())
    await this.#schedule.settle()
  }

  /** Often until just before somebody wakes: what is judged by two clocks is judged differently then. */
  #pauseMs(): number {
    const leftMs = this.#schedule.nextWakeMs - this.#aboutMs() - this.#schedule.nowMs
    return leftMs > 0 && leftMs < Infinity && this.#dice.chance(0.5)
      ? leftMs
      : this.#dice.of(PAUSES_MS)
  }

  /** Less than two clocks may differ. */
  #aboutMs(): number {
    return 1_000 + this.#dice.below(this.#skewMaxMs / 4)
  }

  /** One that lives or a new one; undefined when all have enough to do. Who is going to sleep does
   *  nothing else. */
  #hostFor(job: jobs.Job | undefined): Host | undefined {
    if (job === undefined) return undefined
    if (job.sleeps !== undefined && this.#faults !== NO_FAULTS) return this.#newHost(job.sleeps)
    const isFree = ([host, running]: [Host, Set<jobs.Job>]): boolean =>
      running.size < MAX_JOBS_OF_HOST && !this.#schedule.isFrozen(host) && !this.#sleeps.has(host)
    const free = [...this.#hosts].filter(isFree)
    const mayStart = this.#hosts.size < this.#hostsMax
    if (free.length > 0 && !(mayStart && this.#dice.chance(0.5))) return this.#dice.of(free)[0]
    return mayStart ? this.#newHost() : undefined
  }

  #newHost(sleeps?: jobs.Sleep): Host {
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
    if (sleeps !== undefined) this.#sleeps.set(host, sleeps)
    return host
  }

  #begin(host: Host, at: number): void {
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
        this.#sleeps.delete(host)
        this.#tell(`${host.name} is done: ${job.name}`)
      },
      (error: unknown) => {
        running.delete(delivery)
        this.#sleeps.delete(host)
        this.#failed(host, job, error)
      },
    )
  }

  #failed(host: Host, job: jobs.Job, error: unknown): void {
    this.#tell(`${host.name} fails to ${job.name}: ${String(error)}`)
    const isPassing = ['unavailable', 'conflict', 'notFound'].some(
      (kind) => isQwError(error) && error.kind === kind,
    )
    if (!isPassing || this.#isCalm) {
      const stack = isPassing || !(error instanceof Error) ? '' : `\n${error.stack}`
      this.#model.report(job.name, [`failed: ${String(error)}${stack}`])
    }
    if (job.repeats) this.#waiting.push(job)
  }

  #take(turn: Turn): void {
    if (this.#fallsAsleepBefore(turn)) return
    const outcome = this.#outcomeOf(turn)
    if (turn.kind !== 'sleep') this.#counts.callCount++
    if (outcome !== 'done') this.#counts.faultCount++
    const who = turn.owner instanceof Host ? turn.owner.name : 'network'
    this.#tell(`${who} ${turn.what}${outcome === 'done' ? '' : `: ${outcome}`}`)
    const isFatal = outcome === 'dies' || outcome === 'diesAfter'
    if (isFatal && turn.owner instanceof Host) this.#end(turn.owner)
    turn.take(outcome)
  }

  #outcomeOf(turn: Turn): Outcome {
    const { kind, owner } = turn
    if (kind === 'sleep' || kind === 'late') return 'done'
    const { refused, lost, late, dies, diesAfter } = this.#faults
    const isWrite = kind !== 'read'
    const planned = this.#sleeps.get(owner)
    if (planned?.when === 'unanswered' && isMetastoreWrite(turn)) {
      this.#sleeps.set(owner, { ...planned, when: 'before' })
      return 'lost'
    }
    if (planned?.when === 'uploaded' && isUpload(turn)) return 'slow'
    if (this.#dice.chance(dies)) return 'dies'
    if (isWrite && this.#dice.chance(diesAfter)) return 'diesAfter'
    if (this.#dice.chance(refused)) return 'refused'
    if (isWrite && this.#dice.chance(lost)) return 'lost'
    if (this.#dice.chance(this.#maySleep)) return 'slow'
    return kind === 'put' && this.#dice.chance(late) ? 'late' : 'done'
  }

  #fallsAsleepBefore(turn: Turn): boolean {
    if (turn.kind === 'sleep' || turn.kind === 'late' || this.#faults === NO_FAULTS) return false
    const planned = this.#sleeps.get(turn.owner)
    const isMeant = planned?.when === 'before' && isMetastoreWrite(turn)
    if (!isMeant && !this.#dice.chance(this.#maySleep)) return false
    this.#schedule.postpone(turn)
    this.#sleep(turn.owner, turn.what, isMeant ? planned : undefined)
    return true
  }

  get #maySleep(): number {
    return this.#pausedMs < MAX_PAUSED_MS ? this.#faults.sleeps : 0
  }

  /** Often just not so long that what it put counts as an orphan. */
  #sleepMs(): number {
    return this.#dice.of([...SLEEPS_MS, ORPHAN_GRACE_MS - this.#aboutMs()])
  }

  /** Returns when it wakes. */
  #sleep(owner: object, what: string, planned: jobs.Sleep | undefined): number {
    const sleptMs = planned?.forMs ?? this.#sleepMs()
    this.#waiting.unshift(...(planned?.meanwhile ?? []))
    if (planned !== undefined) this.#sleeps.delete(owner)
    const untilMs = this.#schedule.nowMs + sleptMs
    this.#pausedMs += sleptMs
    this.#schedule.freeze(owner, untilMs)
    this.#counts.faultCount++
    const who = owner instanceof Host ? owner.name : 'network'
    this.#tell(`${who} sleeps for ${sleptMs / MINUTE_MS} minutes at ${what}`)
    return untilMs
  }

  /** The process is gone, with everything that it was at; what repeats comes again. */
  #end(host: Host): void {
    this.#tell(`${host.name} ends`)
    this.#counts.crashCount++
    this.#schedule.forget(host)
    this.#sleeps.delete(host)
    const running = this.#hosts.get(host) ?? []
    this.#hosts.delete(host)
    for (const job of running) if (job.repeats) this.#waiting.push(job)
  }

  #networkOf(owner: Host): Network {
    return {
      turn: (kind, what) => this.#schedule.wait({ owner, what, kind, earliestMs: 0 }),
      asleep: (what) => {
        const planned = this.#sleeps.get(owner)
        const isMeant = planned?.when === 'uploaded'
        const earliestMs = this.#sleep(
          owner,
          `the answer to ${what}`,
          isMeant ? planned : undefined,
        )
        return this.#schedule.wait({ owner, what: `wakes: ${what}`, kind: 'sleep', earliestMs })
      },
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

function isUpload({ kind, what }: Turn): boolean {
  return kind === 'put' && what.includes('.split ')
}

function isMetastoreWrite({ kind, what }: Turn): boolean {
  return kind === 'put' && what.includes('/metastore.json')
}
