import type { QwError } from '../../engine/errors.ts'
import { fittingSigns } from '../format/ascii.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { Style } from '../format/style.ts'
import { describeAmount } from './amount.ts'
import { errorJson, errorText } from './error-text.ts'
import { RecentDetails } from './recent-details.ts'
import type { PhaseReport, Reporter } from './reporter.ts'

export interface ReporterSettings {
  readonly style: Style
  /** `quiet` keeps errors only. */
  readonly level: 'quiet' | 'normal' | 'verbose'
  /** `json` turns errors into one JSON line and drops phases, so that stderr stays readable by programs. */
  readonly errors: 'text' | 'json'
  readonly phases: 'lines' | 'none'
  readonly nowMs: () => number
  readonly write: (text: string) => void
}

/** A long phase says how far it is this often where nothing can be redrawn. */
const PROGRESS_LINE_EVERY_MS = 10_000

/** Plain lines for pipes and CI: one at each phase's start and end, no cursor movement. */
export function plainReporter(
  settings: ReporterSettings,
  recent: RecentDetails = new RecentDetails(),
): Reporter {
  const { style } = settings
  const write = (text: string): void => settings.write(fittingSigns(text, style))
  const speak = settings.level !== 'quiet'
  return {
    phase(title) {
      recent.clear()
      return plainPhase(title, { ...settings, write }, recent)
    },
    note: (text) => speak && write(`${text}\n`),
    hint: (text) => speak && write(`${style.paint.dim(text)}\n`),
    warn(text, fix) {
      if (!speak) return
      write(`${style.paint.yellow('!')} ${text}\n${fix === undefined ? '' : `  Fix   ${fix}\n`}`)
    },
    error(error: QwError, exitCode: number) {
      if (settings.errors === 'json') settings.write(errorJson(error, exitCode))
      else write(errorText(error, style))
    },
    detail(text) {
      if (settings.level === 'verbose') write(`${style.paint.dim(`  ${text}`)}\n`)
      else recent.add(text)
    },
  }
}

function plainPhase(title: string, settings: ReporterSettings, recent: RecentDetails): PhaseReport {
  const speak =
    settings.level !== 'quiet' && settings.errors !== 'json' && settings.phases !== 'none'
  const startedMs = settings.nowMs()
  let spokenMs = startedMs
  const say = (text: string): void => {
    if (speak) settings.write(`${text}\n`)
  }
  const sayNowAndThen = (describe: (elapsedMs: number) => string): void => {
    const nowMs = settings.nowMs()
    if (nowMs - spokenMs < PROGRESS_LINE_EVERY_MS) return
    spokenMs = nowMs
    say(`${title}: ${describe(nowMs - startedMs)}`)
  }
  say(`${title} …`)
  return {
    progress: (amount) => sayNowAndThen((elapsedMs) => describeAmount(amount, elapsedMs)),
    waiting: (what) =>
      sayNowAndThen((elapsedMs) => `waiting for ${what}, ${formatDuration(elapsedMs)}`),
    succeed: (text) =>
      say(`${text ?? `${title}: done`} (${formatDuration(settings.nowMs() - startedMs)})`),
    fail(text) {
      say(text ?? `${title}: failed`)
      for (const line of recent.take()) say(`  ${line}`)
    },
  }
}
