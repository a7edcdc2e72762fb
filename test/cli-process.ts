import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'

/** The real program in a process of its own, without a terminal. */
export const PROGRAM = join(import.meta.dirname, '..', 'bin', 'qw-lambda.js')

export interface ProcessResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Another build of it: its bin/qw-lambda.js. */
  readonly program?: string
  /** Of Node itself. */
  readonly flags?: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

export function startCli(
  args: readonly string[],
  options: RunOptions,
): ChildProcessWithoutNullStreams {
  const { flags = [], program = PROGRAM } = options
  const child = spawn(process.execPath, [...flags, program, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  return child
}

export async function runCli(args: readonly string[], options: RunOptions): Promise<ProcessResult> {
  return await finished(startCli(args, options))
}

export async function finished(child: ChildProcessWithoutNullStreams): Promise<ProcessResult> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

/** Nothing of the developer's own set-up reaches the program. */
function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(QWL_|AWS_|CI$|NO_COLOR|FORCE_COLOR|CLICOLOR|COLUMNS|XDG_|VITEST|NODE_OPTIONS)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...extra }
}
