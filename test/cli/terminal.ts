import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PROGRAM } from '../cli-process.ts'

export interface Typing {
  /** Text that has to be on the screen before the keys are typed. */
  readonly wait: string
  readonly send: string
}

export interface TerminalOptions {
  /** Another build of it: its bin/qw-lambda.js. */
  readonly program?: string
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly steps?: readonly Typing[]
  /** `pipe`: as inside $(…), with the questions still on the terminal. */
  readonly stdout?: 'pipe'
}

export interface TerminalResult {
  /** Negative: ended by this signal. */
  readonly exit: number
  /** All that came over the terminal, escapes included. */
  readonly transcript: string
  /** The same without escapes. */
  readonly text: string
  readonly piped: string
  /** What was waited for and never came. */
  readonly missed: string | null
}

export const KEY = {
  enter: '\r',
  ctrlC: '\u0003',
  escape: '\u001B',
  down: '\u001B[B',
  backspace: '\u007F',
} as const

/** The program on a pseudo-terminal: Python's, since Node has none of its own. */
export async function onTerminal(
  args: readonly string[],
  options: TerminalOptions,
): Promise<TerminalResult> {
  const driver = spawn('python3', [join(import.meta.dirname, 'pty-driver.py')])
  const env = {
    PATH: process.env['PATH'] ?? '',
    TERM: 'xterm-256color',
    HOME: options.cwd,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    // Who wants one names it: less would wait for a key.
    PAGER: 'cat',
    ...options.env,
  }
  driver.stdin.end(
    JSON.stringify({
      argv: [process.execPath, options.program ?? PROGRAM, ...args],
      cwd: options.cwd,
      env,
      columns: options.columns ?? 80,
      steps: options.steps ?? [],
      stdout: options.stdout,
    }),
  )
  let output = ''
  let faults = ''
  driver.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  driver.stderr.setEncoding('utf8').on('data', (text: string) => (faults += text))
  await new Promise((done) => driver.on('close', done))
  if (output === '') throw new Error(`the terminal could not be made: ${faults}`)
  const result = JSON.parse(output) as Omit<TerminalResult, 'text'>
  // The escapes that move the cursor and paint.
  // oxlint-disable-next-line no-control-regex
  return { ...result, text: result.transcript.replaceAll(/\u001B\[[\d;?]*[a-zA-Z]/g, '') }
}
