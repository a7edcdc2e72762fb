import type { QwError } from '../../engine/errors.ts'
import { formatDuration } from '../format/duration.ts'
import type { Style } from '../style.ts'
import { describeAmount } from './amount.ts'
import { errorJson, errorText } from './error-text.ts'
import type { PhaseAmount, PhaseReport, Reporter } from './reporter.ts'

export interface ReporterSettings {
  readonly style: Style
  /** `quiet` keeps errors only; `json` besides turns errors into one JSON line. */
  readonly level: 'quiet' | 'normal' | 'verbose'
  readonly errors: 'text' | 'json'
  readonly nowMs: () => number
  readonly write: (text: string) => void
}

/** A long phase says how far it is this often where nothing can be redrawn. */
const PROGRESS_LINE_EVERY_MS = 10_000

/** Plain lines for pipes and CI: one at each phase's start and end, no cursor movement. */
export function plainReporter(settings: ReporterSettings): Reporter {
  const { style, write } = settings
  const speak = settings.level !== 'quiet'
  return {
    phase: (title) => plainPhase(title, settings),
    note: (text) => speak && write(`${text}\n`),
    hint: (text) => speak && write(`${style.paint.dim(text)}\n`),
    warn(text, fix) {
      if (!speak) return
      write(`${style.paint.yellow('!')} ${text}\n${fix === undefined ? '' : `  Fix   ${fix}\n`}`)
    },
    error(error: QwError, exitCode: number) {
      write(settings.errors === 'json' ? errorJson(error, exitCode) : errorText(error, style))
    },
    detail: (text) => settings.level === 'verbose' && write(`${style.paint.dim(`  ${text}`)}\n`),
  }
}

function plainPhase(title: string, settings: ReporterSettings): PhaseReport {
  const speak = settings.level !== 'quiet' && settings.errors !== 'json'
  const startedMs = settings.nowMs()
  let spokenMs = startedMs
  const say = (text: string): void => {
    if (speak) settings.write(`${text}\n`)
  }
  say(`${title} …`)
  return {
    progress(amount: PhaseAmount) {
      const nowMs = settings.nowMs()
      if (nowMs - spokenMs < PROGRESS_LINE_EVERY_MS) return
      spokenMs = nowMs
      say(`${title}: ${describeAmount(amount, nowMs - startedMs)}`)
    },
    succeed: (text) =>
      say(`${text ?? `${title}: done`} (${formatDuration(settings.nowMs() - startedMs)})`),
    fail: (text) => say(text ?? `${title}: failed`),
  }
}
