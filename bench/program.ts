import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Loaded before the program: says at its end what it took, with all its threads. */
const TELL_USAGE = `
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('exit', () => {
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage()))
})`

export interface ProgramRun {
  readonly stdout: string
  readonly wallMs: number
  /** To the first byte on stdout; NaN without one. */
  readonly firstByteMs: number
  readonly cpuMs: number
  readonly peakBytes: number
}

interface RunSettings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArgs?: readonly string[]
}

/** One whole process of the built program in `root`; an exit code other than 0 is an error. */
export async function runProgram(
  root: string,
  args: readonly string[],
  { cwd = root, env = {}, nodeArgs = [] }: RunSettings = {},
): Promise<ProgramRun> {
  const folder = mkdtempSync(join(tmpdir(), 'qwl-usage-'))
  const usagePath = join(folder, 'usage.json')
  const preload = `data:text/javascript,${encodeURIComponent(TELL_USAGE)}`
  const command = [...nodeArgs, '--import', preload, join(root, 'bin', 'qw-lambda.js'), ...args]
  const start = performance.now()
  const child = spawn(process.execPath, command, {
    cwd,
    env: { ...process.env, ...env, BENCH_USAGE: usagePath },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr, firstByteMs] = ['', '', NaN]
  child.stdout.once('data', () => (firstByteMs = performance.now() - start))
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  try {
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    if (code !== 0) throw new Error(`qw-lambda ${args.join(' ')} ended with ${code}: ${stderr}`)
    const wallMs = performance.now() - start
    const usage = JSON.parse(readFileSync(usagePath, 'utf8')) as NodeJS.ResourceUsage
    const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1_000
    return { stdout, wallMs, firstByteMs, cpuMs, peakBytes: usage.maxRSS * 1_024 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
