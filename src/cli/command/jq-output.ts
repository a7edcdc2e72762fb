import { loadJq, type Jq } from 'jq-wasm/inline'
import { messageOf, QwError } from '../../engine/errors.ts'
import { indentJson } from '../../api/reply.ts'
import { caretUnder } from '../format/caret.ts'
import type { Output } from '../format/streams.ts'
import type { Style } from '../format/style.ts'
import type { Reporter } from '../reporters/reporter.ts'

/*
 * `--jq`: what a command prints as JSON goes through jq itself, compiled to WebAssembly. Documents are
 * handed to it as the text that they are, so that an integer of 64 bits comes out as it went in; what
 * jq calculates is a double. A text among the results loses its quotes, as `gh --jq` has it: a list of
 * messages or ids is what most people are after, and `| tojson` keeps them.
 */

interface JqSettings {
  readonly out: Output
  readonly report: Reporter
  /** Results over several lines, for reading. */
  readonly indents: boolean
}

/** Takes JSON texts and writes what the program makes of them. Throws USAGE for a wrong program. */
export async function jqOutput(program: string, settings: JqSettings): Promise<Output> {
  const { out } = settings
  const jq = await loadJq()
  // Without a document nothing is run: a program that is wrong stops the command before it begins.
  runJq(jq, program, { documents: '', style: out.style })
  let waiting = ''
  const pass = async (): Promise<void> => {
    const documents = waiting
    waiting = ''
    if (documents.trim() === '') return
    await writeResults(runJq(jq, program, { documents, style: out.style }), documents, settings)
  }
  return {
    ...out,
    // Commands print compactly, each document up to a line's end.
    isTerminal: false,
    async write(text) {
      waiting += typeof text === 'string' ? text : Buffer.from(text).toString()
      if (waiting.endsWith('\n')) await pass()
    },
    end: pass,
  }
}

interface JqRun {
  /** One result a line. */
  readonly results: string
  /** What the program said by `debug` and `stderr`. */
  readonly said: readonly string[]
  readonly error: QwError | undefined
}

interface JqInput {
  readonly documents: string
  readonly style: Style
}

const COMPILE_ERROR = 3

/** Throws `invalid` where nothing could be run. */
function runJq(jq: Jq, program: string, { documents, style }: JqInput): JqRun {
  const { stdout, stderr, exitCode } = interruptible(() => {
    try {
      return jq.raw(documents, program, ['-c', '--'])
    } catch (cause) {
      throw new QwError('tooLarge', `--jq gave up: ${messageOf(cause)}`, {
        code: 'REQ-TOO-BIG',
        fix: 'make less of it, or take documents one by one: --format ndjson',
        cause,
      })
    }
  })
  if (exitCode === COMPILE_ERROR) throw wrongProgram(stderr, program, style)
  const lines = stderr.split('\n').filter((line) => line !== '')
  const failed = lines.find((line) => line.startsWith('jq: ')) ?? (exitCode === 0 ? '' : stderr)
  return {
    results: stdout,
    said: lines.filter((line) => line !== failed),
    error: failed === '' ? undefined : runtimeError(failed),
  }
}

/** jq works without a pause in which this process would hear of Ctrl-C: meanwhile the system ends it. */
function interruptible<T>(run: () => T): T {
  const signals = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({
    signal,
    listeners: process.listeners(signal),
  }))
  for (const { signal } of signals) process.removeAllListeners(signal)
  try {
    return run()
  } finally {
    for (const { signal, listeners } of signals) {
      for (const listener of listeners) process.on(signal, listener)
    }
  }
}

const MANUAL = 'the language: https://jqlang.org/manual'

/** `jq: error: syntax error, … at <top-level>, line 1, column 3:` and lines of its own drawing. */
function wrongProgram(stderr: string, program: string, style: Style): QwError {
  const [first = ''] = stderr.split('\n')
  const place = /^jq: error: (.*) at <top-level>, line (\d+), column (\d+):$/.exec(first)
  if (place === null) {
    const message = first.replace(/^jq: error: /, '')
    return new QwError('invalid', `--jq: ${message}`, { code: 'USAGE', fix: MANUAL })
  }
  const [, message = '', line, column] = place
  const position = unitAt(program, Number(line), Number(column))
  return new QwError('invalid', `--jq: ${message} at ${line}:${column}`, {
    code: 'USAGE',
    why: caretUnder(program, position, style),
    fix: MANUAL,
    position,
  })
}

/** jq counts lines and the bytes in them, both from 1. */
function unitAt(program: string, line: number, column: number): number {
  const lines = program.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  const bytes = Buffer.from(lines[line - 1] ?? '').subarray(0, column - 1)
  return before + bytes.toString().length
}

function runtimeError(stderr: string): QwError {
  if (stderr.startsWith('jq: parse error')) {
    return new QwError('invalid', 'this command printed no JSON, which --jq works on', {
      code: 'USAGE',
      fix: 'leave out --jq',
    })
  }
  const message = stderr.replace(/^jq: error \(at [^)]*\): /, '')
  const isShape = message.startsWith('Cannot ')
  return new QwError('invalid', `--jq: ${message}`, {
    code: 'USAGE',
    fix: isShape ? 'a `?` passes over what does not fit: `.a.b?`, `.[]?`' : MANUAL,
  })
}

async function writeResults(run: JqRun, documents: string, settings: JqSettings): Promise<void> {
  const { out, report, indents } = settings
  const lines = run.results.split('\n').filter((line) => line !== '')
  const shown = lines.map((line) => {
    if (line.startsWith('"')) return `${JSON.parse(line) as string}\n` // a JSON string by its quote
    return `${indents ? indentJson(line) : line}\n`
  })
  if (shown.length > 0) await out.write(shown.join(''))
  for (const line of run.said) report.note(line)
  const rounded = roundedInteger(run.results, documents)
  if (rounded !== undefined) {
    report.warn(
      `jq calculates in doubles: ${rounded} is rounded`,
      'hand such integers on as they are',
    )
  }
  if (run.error !== undefined) throw run.error
}

const STRING = /"(?:[^"\\]|\\.)*"?/g
/** Integers with more digits than a double holds for certain. */
const LARGE_INTEGER = /(?<![\d.eE+])\d{16,}(?![\d.eE])/g

/** A large integer among the results that is nowhere in the documents: it was made by arithmetic. */
function roundedInteger(results: string, documents: string): string | undefined {
  const found = results.replaceAll(STRING, '""').match(LARGE_INTEGER) ?? []
  return found.find(
    (digits) => BigInt(digits) > BigInt(Number.MAX_SAFE_INTEGER) && !documents.includes(digits),
  )
}
