import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededFractions } from '../src/stores/testing/seeded-fractions.ts'
import { finished, type ProcessResult } from './cli-process.ts'

/** How many processes each suite has to kill, 200 over a folder and 48 over a bucket. A suite that killed fewer
 *  fails. */
export const KILLS = {
  ingest: 50,
  follow: 30,
  export: 30,
  upkeep: 60,
  serve: 30,
  bucket: 48,
} as const

/** Until something has run to its end once. */
const FIRST_GUESS_MS = 600
/** Of a run: before it the program is still being loaded. */
const LOADED = 0.25

/** Ends processes at moments that a seed draws, and counts those that it really ended. */
export class Killer {
  killed = 0
  readonly fraction: () => number
  readonly #tookMs = new Map<string, number>()

  constructor() {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (replay with SEED=${seed})`)
    this.fraction = seededFractions(seed)
  }

  /** Killed somewhere in the time that the same work took last, unless it ends before. */
  async kill(
    name: string,
    start: () => ChildProcessWithoutNullStreams,
  ): Promise<ProcessResult & { readonly wasKilled: boolean }> {
    const child = start()
    const ended = finished(child)
    const moment = LOADED + (1 - LOADED) * this.fraction()
    const afterMs = moment * (this.#tookMs.get(name) ?? FIRST_GUESS_MS)
    await Promise.race([ended, sleep(afterMs)])
    child.kill('SIGKILL')
    const result = await ended
    const wasKilled = result.exitCode === null
    if (wasKilled) this.killed++
    return { ...result, wasKilled }
  }

  /** What `kill` draws its moment from the next time. */
  async whole<T>(name: string, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now()
    const result = await work()
    this.#tookMs.set(name, performance.now() - startedMs)
    return result
  }

  /** Killed, unless it ends before, and then run to its end as a person does. */
  async killedOnce<T>(
    name: string,
    start: () => ChildProcessWithoutNullStreams,
    work: () => Promise<T>,
  ): Promise<T> {
    const { wasKilled, exitCode, stderr } = await this.kill(name, start)
    if (!wasKilled && exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${stderr}`)
    return await this.whole(name, work)
  }
}
