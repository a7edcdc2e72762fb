import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAccessLogs } from './access-log.ts'
import { rowOf, sampleOf } from './measure.ts'
import { runProgram, type ProgramRun } from './program.ts'
import type { PartResult, Sample, Unit } from './report.ts'

const RUNS = 2
const LOGS = { files: 10, fileBytes: 100_000_000 }

/** A folder of 1 GB of access logs, from the command to the first hits and to the end. Minutes. */
export async function benchLargeLogs(root: string, cache: string): Promise<PartResult> {
  const logs = join(cache, 'access-logs')
  const bytes = await writeAccessLogs(logs, LOGS)
  const runs: ProgramRun[] = []
  for (let i = 0; i < RUNS; i++) runs.push(await initOnce(root, logs))
  const sample = (pick: (run: ProgramRun) => number): Sample => sampleOf(runs.map(pick))
  const row = (id: string, measure: string, unit: Unit) =>
    ({ id: `large-logs-${id}`, measure, unit }) as const
  const bounds = { must: 90, aim: 45 }
  const rows = [
    rowOf(
      { ...row('first', 'to the first hits', 's'), ...bounds },
      sample(({ firstByteMs }) => firstByteMs / 1_000),
    ),
    rowOf(
      { ...row('whole', 'to the end, everything searchable', 's'), ...bounds },
      sample(({ wallMs }) => wallMs / 1_000),
    ),
    rowOf(
      { ...row('cpu', 'all threads', 'CPU s'), aim: 90 },
      sample(({ cpuMs }) => cpuMs / 1_000),
    ),
    rowOf(
      row('memory', 'peak memory', 'MB'),
      sample(({ peakBytes }) => peakBytes / 1e6),
    ),
  ]
  const title = `init --data files -y over ${(bytes / 1e9).toFixed(1)} GB of access logs`
  return { sections: [{ title, rows }] }
}

async function initOnce(root: string, logs: string): Promise<ProgramRun> {
  const folder = mkdtempSync(join(tmpdir(), 'qwl-bench-'))
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const data = ['--target', 'local', '--name', 'bench', '--data', 'files', '--from', logs, '-y']
  try {
    // Hits are all that an `init` writes there.
    return await runProgram(root, ['init', ...data, ...where], { cwd: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
