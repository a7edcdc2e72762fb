import { QwError } from '../../engine/errors.ts'
import { EXIT } from '../command/exit-codes.ts'
import { parseDuration } from '../../engine/dates/duration.ts'

/** What may end a command early: Ctrl-C, SIGTERM, `--timeout`. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The status after Ctrl-C or SIGTERM. */
  readonly exitCode: () => 130 | 143
  /** Starts the clock of `--timeout` anew; `none` and undefined set no limit. Throws `invalid`. */
  limitTime(text: string | undefined): void
  /** Rejects with the signal's reason when the command has not ended by itself some time after it. */
  readonly abandoned: Promise<never>
}

/** A command that does not look at its signal, or whose last step hangs, is left after this long.
 *  Longer than a commit in progress may take, and than a server drains. */
const ABANDON_AFTER_MS = 10_000

/** First Ctrl-C: the command ends in good order. Second: at once. */
export function listenForSignals(): Interruption {
  const controller = new AbortController()
  let exitCode: 130 | 143 = EXIT.interrupted
  let timer: NodeJS.Timeout | undefined
  const on = (signal: 'SIGINT' | 'SIGTERM', code: 130 | 143): void => {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code)
      exitCode = code
      controller.abort(new Interrupted())
    })
  }
  on('SIGINT', EXIT.interrupted)
  on('SIGTERM', EXIT.terminated)
  const abandoned = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => {
      setTimeout(() => reject(controller.signal.reason), ABANDON_AFTER_MS).unref()
    })
  })
  // Most commands end before.
  abandoned.catch(() => undefined)
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    limitTime(text) {
      clearTimeout(timer)
      timer = limitTime(text, controller)
    },
    abandoned,
  }
}

/** The reason of the abort signal after Ctrl-C or SIGTERM. */
class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}

function limitTime(
  text: string | undefined,
  controller: AbortController,
): NodeJS.Timeout | undefined {
  if (text === undefined || text === 'none') return undefined
  const ms = parseDuration(text)
  if (ms === undefined) {
    throw new QwError('invalid', `--timeout takes a duration such as 30s or 5m, not \`${text}\``)
  }
  const timer = setTimeout(() => {
    controller.abort(
      new QwError('tooLarge', `the command took longer than --timeout ${text}`, {
        code: 'REQ-TIMEOUT',
        fix: 'raise --timeout, or narrow what is asked',
      }),
    )
  }, ms)
  return timer.unref()
}
