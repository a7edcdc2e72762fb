import { QwError } from '../engine/errors.ts'

export interface Question<T> {
  readonly message: string
  /** The flag that would have answered it, such as `--name shop`; shown dimmed. */
  readonly flag: string
  /** Taken without a terminal or with `--yes`; undefined: there is no safe default. */
  readonly fallback: T | undefined
}

export interface TextQuestion extends Question<string> {
  /** A sentence when the answer will not do. */
  readonly validate?: (answer: string) => string | undefined
}

export interface SelectQuestion<T extends string> extends Question<T> {
  readonly choices: readonly { readonly value: T; readonly name: string; readonly hint?: string }[]
}

export interface ConfirmQuestion {
  readonly message: string
  readonly flag: string
  readonly fallback: boolean
}

/** Destroying data: the name has to be typed, or given by `--confirm`. */
export interface TypedNameQuestion {
  readonly message: string
  readonly name: string
  readonly given: string | undefined
}

export interface Prompts {
  /** Whether a question can be shown at all. */
  readonly interactive: boolean
  text(question: TextQuestion): Promise<string>
  select<T extends string>(question: SelectQuestion<T>): Promise<T>
  confirm(question: ConfirmQuestion): Promise<boolean>
  typedName(question: TypedNameQuestion): Promise<void>
}

export interface PromptSettings {
  readonly interactive: boolean
  readonly yes: boolean
  readonly ascii: boolean
  readonly dim: (text: string) => string
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** Asks on stderr, so that stdout stays the answer; never asks where nobody can reply. */
export function promptsFor(settings: PromptSettings): Prompts {
  const withFlag = (message: string, flag: string): string =>
    `${message} ${settings.dim(`(${flag})`)}`
  const asks = settings.interactive && !settings.yes
  const streams = { output: process.stderr, clearPromptOnDone: false, signal: settings.signal }
  const taken = <T>(question: Question<T>): T => {
    if (question.fallback === undefined) throw missingFlags([question.flag])
    settings.say(`${question.message}: ${String(question.fallback)}`)
    return question.fallback
  }
  return {
    interactive: asks,
    async text(question) {
      if (!asks) return taken(question)
      const { input } = await import('@inquirer/prompts')
      const validate = question.validate
      return await input(
        {
          message: withFlag(question.message, question.flag),
          ...(question.fallback === undefined ? {} : { default: question.fallback }),
          ...(validate === undefined ? {} : { validate: (answer) => validate(answer) ?? true }),
        },
        streams,
      )
    },
    async select(question) {
      if (!asks) return taken(question)
      const { select } = await import('@inquirer/prompts')
      return await select(
        {
          message: withFlag(question.message, question.flag),
          choices: question.choices.map((choice) => ({
            value: choice.value,
            name: choice.name,
            ...(choice.hint === undefined ? {} : { description: choice.hint }),
          })),
          ...(question.fallback === undefined ? {} : { default: question.fallback }),
        },
        streams,
      )
    },
    async confirm(question) {
      if (!settings.interactive) {
        if (settings.yes) return true
        throw new QwError('invalid', `${question.message} needs a confirmation`, {
          code: 'CONFIRM',
          fix: `pass ${question.flag}`,
        })
      }
      if (settings.yes) return true
      const { confirm } = await import('@inquirer/prompts')
      return await confirm(
        { message: withFlag(question.message, question.flag), default: question.fallback },
        streams,
      )
    },
    async typedName(question) {
      if (question.given === question.name) return
      if (question.given !== undefined) {
        throw confirmError(`--confirm names \`${question.given}\`, not \`${question.name}\``, question)
      }
      if (!settings.interactive) throw confirmError(question.message, question)
      const { input } = await import('@inquirer/prompts')
      const typed = await input(
        { message: `${question.message}. Type ${question.name} to go on:` },
        streams,
      )
      if (typed.trim() !== question.name) throw confirmError('the name does not match', question)
    },
  }
}

function confirmError(message: string, question: TypedNameQuestion): QwError {
  return new QwError('invalid', `${message}. Nothing was changed.`, {
    code: 'CONFIRM',
    fix: `pass --confirm ${question.name}`,
  })
}

/** Names every missing flag at once. */
export function missingFlags(flags: readonly string[], example?: string): QwError {
  return new QwError('invalid', `missing ${flags.join(', ')}: there is no terminal to ask`, {
    code: 'FLAGS-MISSING',
    fix: example ?? `add ${flags.join(' ')}`,
  })
}
