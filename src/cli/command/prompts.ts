import { QwError } from '../../engine/errors.ts'
import { fittingSigns } from '../format/ascii.ts'
import { forTerminal } from '../format/visible.ts'
import type { Style } from '../format/style.ts'

interface Question<T> {
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

interface ConfirmQuestion {
  readonly message: string
  readonly flag: string
  readonly fallback: boolean
}

/** Destroying data: the name has to be typed, or given by `--confirm`. */
interface TypedNameQuestion {
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

interface PromptSettings {
  readonly interactive: boolean
  readonly yes: boolean
  /** Of stderr. */
  readonly style: Style
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** Asks on stderr, so that stdout stays the answer; never asks where nobody can reply. */
export function promptsFor(settings: PromptSettings): Prompts {
  const { style } = settings
  const screen = { ascii: style.ascii, signal: settings.signal }
  const asks = settings.interactive && !settings.yes
  /** Questions name files, fields and stacks, and are drawn by a library straight to the terminal. */
  const shown = (text: string): string => forTerminal(fittingSigns(text, style), style)
  /** The words of a question as the terminal can show them. */
  const withFlag = <Q extends { readonly message: string; readonly flag: string }>(
    question: Q,
  ): Q => ({
    ...question,
    message: shown(`${question.message} ${style.paint.dim(`(${question.flag})`)}`),
  })
  /** The default where nobody is asked, said aloud. */
  const taken = <T extends string>(question: Question<T>): T => {
    if (question.fallback === undefined) throw missingFlags([question.flag])
    settings.say(`${question.message}: ${question.fallback}`)
    return question.fallback
  }
  return {
    interactive: asks,
    async text(question) {
      if (!asks) return taken(question)
      const { askText } = await loadScreen(style)
      return await askText(withFlag(question), screen)
    },
    async select(question) {
      if (!asks) return taken(question)
      const { askSelect } = await loadScreen(style)
      const choices = question.choices.map((choice) => ({
        ...choice,
        name: shown(choice.name),
        ...(choice.hint === undefined ? {} : { hint: shown(choice.hint) }),
      }))
      return await askSelect(withFlag({ ...question, choices }), screen)
    },
    async confirm(question) {
      if (settings.yes) return true
      if (!settings.interactive) {
        throw new QwError('invalid', `${question.message} needs a confirmation`, {
          code: 'CONFIRM',
          fix: `pass ${question.flag}`,
        })
      }
      const { askConfirm } = await loadScreen(style)
      return await askConfirm(withFlag(question), screen)
    },
    async typedName(question) {
      if (question.given === question.name) return
      if (question.given !== undefined) {
        throw confirmError(
          `--confirm names \`${question.given}\`, not \`${question.name}\``,
          question,
        )
      }
      if (!settings.interactive) throw confirmError(question.message, question)
      const { askText } = await loadScreen(style)
      const message = shown(`${question.message}. Type ${question.name} to go on:`)
      const typed = await askText({ message, fallback: undefined }, screen)
      if (typed.trim() !== question.name) throw confirmError('the name does not match', question)
    },
  }
}

/** The prompts' colours follow the variable alone, and look at it once. */
async function loadScreen(style: Style) {
  if (!style.colored) process.env['NO_COLOR'] = '1'
  return await import('./prompt-screen.ts')
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
