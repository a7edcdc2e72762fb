import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOptions } from './options.ts'
import type { BenchContext } from './parts.ts'
import { printHottest, profiling } from './profile.ts'
import type { PartResult } from './report.ts'

/** A checkout whose engine and program are measured. */
export interface Measured {
  readonly root: string
  /** Of the program: its `bin` and `dist`. */
  readonly program: string
  /** The benchmark's bundled processes, with its engine. */
  readonly scripts: string
  readonly fingerprint: string
}

export function measured(checkout: Omit<Measured, 'fingerprint'>): Measured {
  const script = join(checkout.scripts, 'fingerprint-process.mjs')
  const fingerprint = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim()
  return { ...checkout, fingerprint }
}

/** `cache`: of the benchmark, whoever is measured. */
export async function runPart(
  name: string,
  { scripts, ...measuredOne }: Measured,
  cache: string,
  { settings, large, profile, quickwit, only }: BenchOptions,
): Promise<PartResult> {
  mkdirSync(cache, { recursive: true })
  const profiles = join(cache, 'profiles', name)
  rmSync(profiles, { recursive: true, force: true })
  const nodeArgs = profile ? profiling(profiles) : []
  const context: BenchContext = {
    ...measuredOne,
    cache,
    nodeArgs,
    settings,
    large,
    only,
    quickwit,
  }
  const script = join(scripts, 'part-process.mjs')
  const child = fork(script, [name, JSON.stringify(context)], { execArgv: nodeArgs })
  let result: PartResult | undefined
  child.once('message', (message) => (result = message as PartResult))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (result === undefined) throw new Error(`the part ${name} ended with exit code ${code}`)
  if (profile) printHottest(name, profiles)
  return result
}
