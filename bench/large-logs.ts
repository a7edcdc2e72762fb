import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAccessLogs } from './access-log.ts'
import { readLoad } from './machine.ts'
import { printTable } from './measure.ts'
import { runProgram, type ProgramRun } from './program.ts'

const RUNS = 2
const LOGS = { files: 10, fileBytes: 100_000_000 }

interface LargeRun extends ProgramRun {
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
      value: all((run) => seconds(run.firstByteMs)),
      must: '90',
      aim: '45',
    },
    {
      measure: 'to the end, everything searchable, s',
      value: all((run) => seconds(run.wallMs)),
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
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const data = ['--target', 'local', '--name', 'bench', '--data', 'files', '--from', logs, '-y']
  const before = readLoad()
  try {
    // Hits are all that an `init` writes there.
    const run = await runProgram(root, ['init', ...data, ...where], { cwd: folder })
    return { ...run, load: [before, readLoad()] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
