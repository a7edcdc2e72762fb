import { confirm, input, select } from '@inquirer/prompts'
import type { SelectQuestion, TextQuestion } from './prompts.ts'

/** The questions as they are drawn; loaded only when one is asked. */
export interface PromptScreen {
  readonly ascii: boolean
  readonly signal: AbortSignal
}

type Drawn<Q> = Omit<Q, 'flag'>

export async function askText(
  question: Drawn<TextQuestion>,
  screen: PromptScreen,
): Promise<string> {
  const { message, fallback, validate } = question
  return await cancellable(screen, (streams) =>
    input(
      {
        message,
        theme: themeOf(screen),
        ...(fallback === undefined ? {} : { default: fallback }),
        ...(validate === undefined ? {} : { validate: (answer) => validate(answer) ?? true }),
      },
      streams,
    ),
  )
}

export async function askSelect<T extends string>(
  question: Drawn<SelectQuestion<T>>,
  screen: PromptScreen,
): Promise<T> {
  const { message, fallback, choices } = question
  return await cancellable(screen, (streams) =>
    select(
      {
        message,
        theme: themeOf(screen),
        choices: choices.map(({ value, name, hint }) => ({
          value,
          name,
          ...(hint === undefined ? {} : { description: hint }),
        })),
        ...(fallback === undefined ? {} : { default: fallback }),
      },
      streams,
    ),
  )
}

export async function askConfirm(
  question: { readonly message: string; readonly fallback: boolean },
  screen: PromptScreen,
): Promise<boolean> {
  const { message, fallback } = question
  return await cancellable(screen, (streams) =>
    confirm({ message, default: fallback, theme: themeOf(screen) }, streams),
  )
}

interface PromptStreams {
  readonly output: NodeJS.WriteStream
  readonly signal: AbortSignal
}

/** Escape gives up as Ctrl-C does. */
async function cancellable<T>(
  { signal }: PromptScreen,
  ask: (streams: PromptStreams) => Promise<T>,
): Promise<T> {
  const escape = new AbortController()
  const onKey = (_: unknown, key: { readonly name?: string } | undefined): void => {
    if (key?.name === 'escape') escape.abort()
  }
  process.stdin.on('keypress', onKey)
  try {
    // On stderr, so that stdout stays the answer.
    return await ask({ output: process.stderr, signal: AbortSignal.any([signal, escape.signal]) })
  } finally {
    process.stdin.off('keypress', onKey)
  }
}

function themeOf({ ascii }: PromptScreen): object {
  if (!ascii) return {}
  return {
    prefix: { idle: '?', done: 'ok' },
    icon: { cursor: '>' },
    style: { keysHelpTip: () => 'arrow keys, then Enter' },
    spinner: { interval: 80, frames: ['-', '\\', '|', '/'] },
  }
}
