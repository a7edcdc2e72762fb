import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { printRatios, ratiosOf, type Pair } from './against.ts'
import {
  othersCores,
  readCommit,
  readLoad,
  readMachine,
  readVersions,
  readWork,
} from './machine.ts'
import { parseBenchOptions, type BenchOptions } from './options.ts'
import { DEFAULT_PARTS, PARTS } from './parts.ts'
import { LATEST, renderBenchmarks } from './benchmarks-doc.ts'
import { compareReports, printComparison, readReport } from './compare.ts'
import { commitName, printReport, printShortfalls, printSection } from './print-report.ts'
import type { BenchReport, BenchSection, Machine, PeerReport } from './report.ts'
import { measured, runPart, type Measured } from './run-part.ts'

/** Of the repository, and of the program that is measured: its `bin` and `dist`. */
const [, , root = '.', program = root, ...args] = process.argv

const cache = join(root, 'node_modules', '.cache', 'bench')

try {
  const options = parseBenchOptions(args, PARTS)
  const { against } = options
  await (against === undefined ? run(options) : runAgainst(options, against))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(options: BenchOptions): Promise<void> {
  const loadBefore = readLoad()
  const workBefore = readWork()
  // Read before anything takes minutes.
  const old = options.compare === undefined ? undefined : readReport(options.compare)
  const head = { versions: readVersions(root), commit: readCommit(root) }
  const here = measured({ root, program, scripts: import.meta.dirname })
  const sections: BenchSection[] = []
  const peers: PeerReport[] = []
  printReport(head, readMachine())
  for (const name of partsOf(options)) {
    const result = await runPart(name, here, cache, options)
    // Beside others it has printed itself.
    if (result.peers === undefined) result.sections.forEach(printSection)
    sections.push(...result.sections.filter((section) => !isThere(sections, section)))
    peers.push(...(result.peers ?? []))
  }
  const others = othersCores(workBefore, readWork())
  const machine: Machine = {
    ...readMachine(),
    load: [loadBefore, readLoad()],
    ...(others !== undefined && { othersCores: Number(others.toFixed(2)) }),
  }
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

/** Beside others this program is measured again: what other parts have of it stays. */
function isThere(sections: readonly BenchSection[], { rows }: BenchSection): boolean {
  const ids = new Set(sections.flatMap((section) => section.rows.map(({ id }) => id)))
  return rows.every(({ id }) => ids.has(id))
}

function partsOf({ parts, peers }: BenchOptions): ReadonlySet<string> {
  return new Set([...(parts.length > 0 ? parts : DEFAULT_PARTS), ...(peers ? ['peers'] : [])])
}

/** Runs of the parts in two checkouts, in turn: what else the machine does meets both alike. */
async function runAgainst(options: BenchOptions, against: string): Promise<void> {
  const here = measured({ root, program, scripts: import.meta.dirname })
  const other = resolve(process.env['INIT_CWD'] ?? '.', against)
  const scripts = join(import.meta.dirname, 'against')
  const there = measured({ root: other, program: other, scripts })
  const isSame = here.fingerprint === there.fingerprint
  console.log(`${nameOf(here)} against ${nameOf(there)}, ${options.pairs} turns each`)
  console.log(
    isSame
      ? 'Both make the same indexes, byte for byte, and search one.'
      : 'They make different indexes, and each searches its own.',
  )
  const parts = options.parts.length > 0 ? options.parts : ['searching']
  for (const name of parts) {
    const pairs: Pair[] = []
    const run = async (one: Measured) => await runPart(name, one, cache, options)
    for (let turn = 0; turn < options.pairs; turn++) {
      // Who comes first changes, so that what grows or falls meets both alike.
      if (turn % 2 === 0) pairs.push({ there: await run(there), here: await run(here) })
      else {
        const first = await run(here)
        pairs.push({ there: await run(there), here: first })
      }
    }
    console.log('')
    printRatios(ratiosOf(pairs))
  }
  console.log(`Load of the machine ${loadavg()[0]?.toFixed(1)}`)
}

function nameOf({ root: folder }: Measured): string {
  const commit = readCommit(folder)
  return `${folder}${commit === null ? '' : ` (${commitName(commit)})`}`
}
