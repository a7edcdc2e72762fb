import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rowOf, timed } from './measure.ts'
import type { PartResult, Sample } from './report.ts'

const RUNS = 11
/** Batches of 100,000 in the stack that the search row asks. */
const BATCHES = 10

const TIMING = { runs: RUNS, warmUps: 2 }

/** Whole processes, as a user waits for them. */
export async function benchCli(root: string): Promise<PartResult> {
  const program = join(root, 'bin', 'qw-lambda.js')
  const folder = mkdtempSync(join(tmpdir(), 'qwl-bench-'))
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const run = (...args: string[]): Promise<void> => wholeProcess(program, args, folder)
  // Not the processor time that is measured with it: that is of this process alone.
  const waited = async (work: () => Promise<void>): Promise<Sample> => {
    const { value, min, max, runs } = await timed(work, TIMING)
    return { value, min, max, runs }
  }
  const whole = (...args: string[]): Promise<Sample> => waited(() => run(...args))
  const ms = (id: string, measure: string, [must, aim]: readonly [number, number]) =>
    ({ id: `cli-${id}`, measure, unit: 'ms', must, aim }) as const
  try {
    const initStart = performance.now()
    await run('init', '--target', 'local', '--name', 'bench', '-y', ...where)
    const initMs = performance.now() - initStart
    await run('generator', 'run', '--batches', String(BATCHES - 1), ...where)
    const firstOfStatus = await waited(() => firstByte(program, ['status', ...where], folder))
    const searched = `search over ${BATCHES * 100_000} local documents`
    const rows = [
      rowOf(ms('version', 'qw-lambda --version', [120, 70]), await whole('--version')),
      rowOf(ms('help', 'qw-lambda --help', [180, 100]), await whole('--help')),
      rowOf(ms('status', 'first byte on the screen of `status`', [150, 100]), firstOfStatus),
      rowOf(ms('search', searched, [500, 250]), await whole('search', 'quantity:>5', ...where)),
      rowOf(ms('init', 'init --target local -y to first hits', [15_000, 5_000]), initMs),
      rowOf(
        { id: 'cli-package', measure: 'packed package', unit: 'MB', must: 3, aim: 1 },
        packedBytes(root, folder) / 1e6,
      ),
    ]
    return { sections: [{ title: 'Command line, whole processes', rows }] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function wholeProcess(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await new Promise<void>((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`qw-lambda ${args.join(' ')}: ${stderr}`)),
    )
  })
}

async function firstByte(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve())
    child.stderr.once('data', () => resolve())
  })
  await new Promise((resolve) => child.on('close', resolve))
}

function packedBytes(root: string, folder: string): number {
  const name = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).trim()
  return statSync(join(folder, name)).size
}
