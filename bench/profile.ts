import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { alignedLines } from './text-table.ts'

const HOTTEST = 10

/** As V8 writes it; deltas in microseconds, one before each sample. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      /** From 0. */
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface HotFunction {
  readonly name: string
  readonly selfMs: number
  /** Of all the time that something ran. */
  readonly share: number
}

/** Options that make Node write a profile of a process, and of each of its threads, into `folder`. */
export function profiling(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

/** Over all profiles, the functions in which most time was spent without what they called. */
export function hottestFunctions(profiles: readonly CpuProfile[]): HotFunction[] {
  const selfMs = new Map<string, number>()
  for (const { nodes, samples, timeDeltas } of profiles) {
    const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
    samples.forEach((id, at) => {
      const name = names.get(id) ?? '?'
      selfMs.set(name, (selfMs.get(name) ?? 0) + (timeDeltas[at] ?? 0) / 1_000)
    })
  }
  selfMs.delete('(idle)')
  const total = [...selfMs.values()].reduce((sum, each) => sum + each, 0)
  return [...selfMs]
    .map(([name, self]) => ({ name, selfMs: self, share: self / total }))
    .toSorted((a, b) => b.selfMs - a.selfMs)
    .slice(0, HOTTEST)
}

function nameOf({
  functionName,
  url,
  lineNumber,
}: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${basename(url)}:${lineNumber + 1}`
}

export function printHottest(part: string, folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
  const profiles = files.map(
    (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile,
  )
  console.log(`\nHottest functions of ${part}, ${files.length} profiles in ${folder}`)
  const rows = hottestFunctions(profiles).map(({ name, selfMs, share }) => [
    name,
    `${selfMs.toFixed(0)} ms`,
    `${(share * 100).toFixed(1)} %`,
    '',
  ])
  console.log(alignedLines([['function', 'self', 'share', ''], ...rows]).join('\n'))
}
