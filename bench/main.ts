import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommit, readLoad, readMachine, readVersions } from './machine.ts'
import { parseBenchOptions, type BenchOptions } from './options.ts'
import { DEFAULT_PARTS, PARTS, type BenchContext } from './parts.ts'
import { printReport, printShortfalls, printSection } from './print-report.ts'
import type { BenchReport, BenchSection, PartResult, PeerReport } from './report.ts'

const [, , root = '.', ...args] = process.argv

try {
  await run(parseBenchOptions(args, PARTS))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(options: BenchOptions): Promise<void> {
  const loadBefore = readLoad()
  const head = { versions: readVersions(root), commit: readCommit(root) }
  const sections: BenchSection[] = []
  const peers: PeerReport[] = []
  printReport(head, readMachine())
  for (const name of options.parts.length > 0 ? options.parts : DEFAULT_PARTS) {
    const result = await runPart(name, options)
    for (const section of result.sections) printSection(section)
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
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`)
  }
}

async function runPart(name: string, { settings, large }: BenchOptions): Promise<PartResult> {
  const cache = join(root, 'node_modules', '.cache', 'bench')
  mkdirSync(cache, { recursive: true })
  const nodeArgs: readonly string[] = []
  const context: BenchContext = { root, program: root, cache, nodeArgs, settings, large }
  const script = join(import.meta.dirname, 'part-process.mjs')
  const child = fork(script, [name, JSON.stringify(context)], { execArgv: [...nodeArgs] })
  let result: PartResult | undefined
  child.once('message', (message) => (result = message as PartResult))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (result === undefined) throw new Error(`the part ${name} ended with exit code ${code}`)
  return result
}
