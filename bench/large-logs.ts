import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAccessLogs } from './access-log.ts'
import { printTable } from './measure.ts'

const RUNS = 2
const LOGS = { files: 10, fileBytes: 100_000_000 }

/** Loaded before the program: says at its end what it took, with all its threads. */
const TELL_USAGE = `
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('exit', () => {
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage()))
})`

interface LargeRun {
  readonly firstHitsMs: number
  readonly wholeMs: number
  readonly cpuMs: number
  readonly peakBytes: number
  /** Processes that wanted a core, one minute's mean, before and after. */
  readonly load: readonly [number, number]
}

/** A folder of 1 GB of access logs, from the command to the first hits and to the end. Minutes. */
export async function benchLargeLogs(root: string, cache: string): Promise<void> {
  const logs = join(cache, 'access-logs')
  const bytes = await writeAccessLogs(logs, LOGS)
  const runs: LargeRun[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await initOnce(root, logs))
  const all = (format: (run: LargeRun) => string): string => runs.map(format).join(' / ')
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1)
  printTable(`init --data files -y over ${(bytes / 1e9).toFixed(1)} GB of access logs, each run`, [
    {
      measure: 'to the first hits, s',
      value: all((run) => seconds(run.firstHitsMs)),
      must: '90',
      aim: '45',
    },
    {
      measure: 'to the end, everything searchable, s',
      value: all((run) => seconds(run.wholeMs)),
      must: '90',
      aim: '45',
    },
    { measure: 'CPU, s', value: all((run) => seconds(run.cpuMs)), must: '', aim: '90' },
    {
      measure: 'peak memory, MB',
      value: all((run) => (run.peakBytes / 1e6).toFixed(0)),
      must: '',
      aim: '',
    },
    {
      measure: 'load of the machine before, after',
      value: all(({ load: [before, after] }) => `${before.toFixed(1)}, ${after.toFixed(1)}`),
      must: '',
      aim: '',
    },
  ])
}

async function initOnce(root: string, logs: string): Promise<LargeRun> {
  const folder = mkdtempSync(join(tmpdir(), 'qwl-bench-'))
  const usagePath = join(folder, 'usage.json')
  const preload = `data:text/javascript,${encodeURIComponent(TELL_USAGE)}`
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const data = ['--target', 'local', '--name', 'bench', '--data', 'files', '--from', logs, '-y']
  const before = loadavg()[0] ?? 0
  const start = performance.now()
  try {
    const program = join(root, 'bin', 'qw-lambda.js')
    const args = ['--import', preload, program, 'init', ...data, ...where]
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, BENCH_USAGE: usagePath },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let firstHitsMs = NaN
    // Hits are all that an `init` writes there.
    child.stdout.once('data', () => (firstHitsMs = performance.now() - start))
    child.stdout.resume()
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
    if (exitCode !== 0) throw new Error(`init ended with exit code ${exitCode}`)
    const wholeMs = performance.now() - start
    const usage = JSON.parse(readFileSync(usagePath, 'utf8')) as NodeJS.ResourceUsage
    const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1_000
    const peakBytes = usage.maxRSS * 1_024
    return { firstHitsMs, wholeMs, cpuMs, peakBytes, load: [before, loadavg()[0] ?? 0] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
