import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, QwError } from '../../src/engine/errors.ts'
import type { AnyCommand, RawOptions } from '../../src/cli/command/command.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import { exitCodeOf } from '../../src/cli/command/exit-codes.ts'
import { missingFlags, type Prompts } from '../../src/cli/command/prompts.ts'
import { runCommand } from '../../src/cli/program/find-command.ts'
import { plainReporter } from '../../src/cli/reporters/plain.ts'
import { resolveSettings } from '../../src/cli/command/settings.ts'
import { styleFor } from '../../src/cli/format/style.ts'

/** A command run in this process: a hundredth of the time that a process takes, and with answers. */
export interface Invocation {
  readonly args?: readonly string[]
  /** By camel-cased name, as the parser hands them on. */
  readonly options?: RawOptions
  /** Answers to the questions in their order; none: nobody can be asked. */
  readonly answers?: readonly string[]
  readonly json?: boolean
  readonly signal?: AbortSignal
  /** Told about every line on stderr as it is written. */
  readonly onNote?: (text: string) => void
}

export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly error: QwError | undefined
  /** The questions asked. */
  readonly asked: readonly string[]
}

/** A folder with a data folder inside, removed at the end. */
export class Workplace {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(join(tmpdir(), 'qwl-cli-')))
    // Ends the search for a project file above.
    await writeFile(place.path('.git'), '')
    return place
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  /** Where the stacks lie. */
  get dataDir(): string {
    return this.path(join('data', 'qw-lambda'))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content)
    return this.path(name)
  }

  async names(): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => name !== '.git').toSorted()
  }

  async run(command: AnyCommand, invocation: Invocation = {}): Promise<Outcome> {
    const written = { stdout: '', stderr: '' }
    const script = scriptedPrompts(invocation.answers)
    const context = this.#context(invocation, written, script.prompts)
    const { args = [], options = {} } = invocation
    try {
      const exitCode = (await command.invoke(context, args, options)) ?? 0
      return { ...written, exitCode, error: undefined, asked: script.asked }
    } catch (error) {
      const { signal } = invocation
      if (signal?.aborted === true && error === signal.reason) {
        return { ...written, exitCode: 130, error: undefined, asked: script.asked }
      }
      const known =
        error instanceof QwError
          ? error
          : new QwError('internal', messageOf(error), { cause: error })
      return {
        ...written,
        exitCode: exitCodeOf(known),
        error: known,
        asked: script.asked,
      }
    }
  }

  #context(
    { options = {}, json, signal, onNote }: Invocation,
    written: { stdout: string; stderr: string },
    prompts: Prompts,
  ): CliContext {
    const style = styleFor({ isTerminal: false, choice: 'never', ascii: false, env: {} })
    const env = { XDG_CONFIG_HOME: this.path('none'), XDG_DATA_HOME: this.path('data') }
    const report = plainReporter({
      style,
      level: 'normal',
      errors: json === true ? 'json' : 'text',
      phases: 'lines',
      nowMs: () => Date.now(),
      write(text) {
        written.stderr += text
        onNote?.(text)
      },
    })
    return {
      version: '0.0.0',
      cwd: this.folder,
      env,
      out: {
        isTerminal: false,
        columns: Infinity,
        style,
        write: (text) => {
          written.stdout += typeof text === 'string' ? text : Buffer.from(text).toString()
          return Promise.resolve()
        },
      },
      report,
      prompts,
      settings: resolveSettings({ flags: options, env, cwd: this.folder, userId: undefined }),
      format: json === true ? 'json' : 'table',
      verbosity: 0,
      quiet: false,
      yes: false,
      signal: signal ?? new AbortController().signal,
      clock: { nowMs: () => Date.now(), sleep: (ms, by) => sleep(ms, undefined, { signal: by }) },
      argv: [],
      runCommand,
    }
  }
}

function scriptedPrompts(answers: readonly string[] | undefined): {
  readonly prompts: Prompts
  readonly asked: string[]
} {
  const asked: string[] = []
  const waiting = [...(answers ?? [])]
  const next = (message: string): string => {
    asked.push(message)
    const answer = waiting.shift()
    if (answer === undefined) throw new Error(`no answer was given to: ${message}`)
    return answer
  }
  const interactive = answers !== undefined
  const fallback = <T>(question: {
    readonly flag: string
    readonly fallback: T | undefined
  }): T => {
    if (question.fallback === undefined) throw missingFlags([question.flag])
    return question.fallback
  }
  const prompts: Prompts = {
    interactive,
    async text(question) {
      if (!interactive) return fallback(question)
      for (;;) {
        const answer = next(question.message)
        if (question.validate?.(answer) === undefined) return answer
      }
    },
    async select(question) {
      if (!interactive) return fallback(question)
      const answer = next(question.message)
      const choice = question.choices.find(({ value }) => value === answer)
      if (choice === undefined) throw new Error(`${question.message} has no choice ${answer}`)
      return choice.value
    },
    confirm(question) {
      if (waiting[0] === 'yes') return Promise.resolve(next(question.message) === 'yes')
      return Promise.resolve(question.fallback)
    },
    async typedName({ name, given }) {
      if ((given ?? (interactive ? next(name) : undefined)) === name) return
      throw new QwError('invalid', 'not confirmed', {
        code: 'CONFIRM',
        fix: `pass --confirm ${name}`,
      })
    },
  }
  return { prompts, asked }
}
