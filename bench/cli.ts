import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ms, timed, printTable } from './measure.ts'

const RUNS = 11
/** Batches of 100,000 in the stack that the search row asks. */
const BATCHES = 10

/** Whole processes, as a user waits for them. */
export async function benchCli(root: string): Promise<void> {
  const program = join(root, 'bin', 'qw-lambda.js')
  const folder = mkdtempSync(join(tmpdir(), 'qwl-bench-'))
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const run = (...args: string[]): Promise<void> => wholeProcess(program, args, folder)
  const whole = async (...args: string[]): Promise<string> =>
    ms((await timed(() => run(...args), { runs: RUNS, warmUps: 2 })).value)
  try {
    const initStart = performance.now()
    await run('init', '--target', 'local', '--name', 'bench', '-y', ...where)
    const initMs = performance.now() - initStart
    await run('generator', 'run', '--batches', String(BATCHES - 1), ...where)
    printTable(`Command line, whole process (median of ${RUNS})`, [
      {
        measure: 'qw-lambda --version',
        value: await whole('--version'),
        must: '120 ms',
        aim: '70 ms',
      },
      { measure: 'qw-lambda --help', value: await whole('--help'), must: '180 ms', aim: '100 ms' },
      {
        measure: 'first byte on the screen of `status`',
        value: ms(
          (
            await timed(() => firstByte(program, ['status', ...where], folder), {
              runs: RUNS,
              warmUps: 2,
            })
          ).value,
        ),
        must: '150 ms',
        aim: '100 ms',
      },
      {
        measure: `search over ${BATCHES * 100_000} local documents`,
        value: await whole('search', 'quantity:>5', ...where),
        must: '500 ms',
        aim: '250 ms',
      },
      {
        measure: 'init --target local -y to first hits',
        value: `${(initMs / 1_000).toFixed(1)} s`,
        must: '15 s',
        aim: '5 s',
      },
      { measure: 'packed package', value: packedSize(root, folder), must: '3 MB', aim: '1 MB' },
    ])
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

function packedSize(root: string, folder: string): string {
  const name = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).trim()
  return `${(statSync(join(folder, name)).size / 1e6).toFixed(2)} MB`
}
