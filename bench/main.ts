import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommit, readLoad, readMachine, readVersions } from './machine.ts'
import { parseBenchOptions, type BenchOptions } from './options.ts'
import { DEFAULT_PARTS, PARTS, type BenchContext } from './parts.ts'
import { LATEST, renderBenchmarks } from './benchmarks-doc.ts'
import { compareReports, printComparison, readReport } from './compare.ts'
import { printHottest, profiling } from './profile.ts'
import { printReport, printShortfalls, printSection } from './print-report.ts'
import type { BenchReport, BenchSection, PartResult, PeerReport } from './report.ts'

/** Of the repository, and of the program that is measured: its `bin` and `dist`. */
const [, , root = '.', program = root, ...args] = process.argv

try {
  await run(parseBenchOptions(args, PARTS))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(options: BenchOptions): Promise<void> {
  const loadBefore = readLoad()
  // Read before anything takes minutes.
  const old = options.compare === undefined ? undefined : readReport(options.compare)
  const head = { versions: readVersions(root), commit: readCommit(root) }
  const sections: BenchSection[] = []
  const peers: PeerReport[] = []
  printReport(head, readMachine())
  for (const name of partsOf(options)) {
    const result = await runPart(name, options)
    // Beside others it has printed itself.
    if (result.peers === undefined) result.sections.forEach(printSection)
    sections.push(...result.sections)
    peers.push(...(result.peers ?? []))
  }
  const machine = { ...readMachine(), load: [loadBefore, readLoad()] as const }
  const report: BenchReport = {
    takenAt: new Date().toISOString(),
    ...head,
    machine,
    sections,
    peers,
  }
  printShortfalls(report)
  if (old !== undefined) printComparison(old, compareReports(old, report), machine.load[1])
  if (peers.some(({ differs = [], failures = [] }) => differs.length + failures.length > 0)) {
    process.exitCode = 1
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`)
  }
  if (options.writeDocs) {
    writeFileSync(join(root, LATEST), `${JSON.stringify(report, null, 1)}\n`)
    writeFileSync(join(root, 'docs', 'BENCHMARKS.md'), renderBenchmarks(report))
  }
}

function partsOf({ parts, peers }: BenchOptions): ReadonlySet<string> {
  return new Set([...(parts.length > 0 ? parts : DEFAULT_PARTS), ...(peers ? ['peers'] : [])])
}

async function runPart(
  name: string,
  { settings, large, profile, quickwit }: BenchOptions,
): Promise<PartResult> {
  const cache = join(root, 'node_modules', '.cache', 'bench')
  mkdirSync(cache, { recursive: true })
  const profiles = join(cache, 'profiles', name)
  rmSync(profiles, { recursive: true, force: true })
  const nodeArgs = profile ? profiling(profiles) : []
  const context: BenchContext = { root, program, cache, nodeArgs, settings, large, quickwit }
  const script = join(import.meta.dirname, 'part-process.mjs')
  const child = fork(script, [name, JSON.stringify(context)], { execArgv: nodeArgs })
  let result: PartResult | undefined
  child.once('message', (message) => (result = message as PartResult))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (result === undefined) throw new Error(`the part ${name} ended with exit code ${code}`)
  if (profile) printHottest(name, profiles)
  return result
}
