import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, getPriority, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchReport, Machine } from './report.ts'

/** Of the kernel's counters, on every machine that Node runs on. */
const TICKS_PER_SECOND = 100

export function readMachine(): Omit<Machine, 'load' | 'othersCores'> {
  const [cpu] = cpus()
  return {
    cpuModel: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    niceness: getPriority(),
  }
}

/** Mean of a minute. */
export function readLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1))
}

export function readVersions(root: string): BenchReport['versions'] {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  return { qwLambda: version, node: process.versions.node, v8: process.versions.v8 }
}

export function readCommit(root: string): BenchReport['commit'] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    return { id: git('rev-parse', 'HEAD').trim(), dirty: git('status', '--porcelain') !== '' }
  } catch {
    return null
  }
}

/** What has been computed since the machine and this process began, in seconds of one core. */
export interface Work {
  readonly atMs: number
  readonly machine: number
  /** By this process and those that it started and that ended. */
  readonly own: number
}

/** Undefined where Linux does not tell. */
export function readWork(): Work | undefined {
  try {
    const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    return { atMs: performance.now(), ...workOf(all, readFileSync('/proc/self/stat', 'utf8')) }
  } catch {
    return undefined
  }
}

/** `all`: the line of all cores in /proc/stat; `self`: /proc/self/stat (proc(5)). */
export function workOf(all: string, self: string): Pick<Work, 'machine' | 'own'> {
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = all
    .split(/\s+/)
    .slice(1)
    .map(Number)
  // The name before them may hold blanks. utime, stime, cutime and cstime are fields 14 to 17.
  const fields = self.slice(self.lastIndexOf(')') + 2).split(' ')
  const own = fields.slice(11, 15).map(Number)
  const ticks = [user, nice, system, irq, softirq, steal].reduce((sum, each) => sum + each, 0)
  return {
    machine: ticks / TICKS_PER_SECOND,
    own: own.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND,
  }
}

/** Cores that others had between two readings, on average. */
export function othersCores(from: Work | undefined, to: Work | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined
  const others = to.machine - from.machine - (to.own - from.own)
  return Math.max(0, others / ((to.atMs - from.atMs) / 1_000))
}
