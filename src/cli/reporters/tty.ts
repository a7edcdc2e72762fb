import ora, { type Ora } from 'ora'
import stringWidth from 'string-width'
import { fittingSigns } from '../format/ascii.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { fittedLine } from '../format/fitted-line.ts'
import { forTerminal } from '../format/visible.ts'
import { describeAmount, drawAmount } from './amount.ts'
import { plainReporter, type ReporterSettings } from './plain.ts'
import { RecentDetails } from './recent-details.ts'
import type { PhaseExpectation, PhaseReport, Reporter } from './reporter.ts'

/** A phase that runs longer than this shows its elapsed time. */
const SHOW_ELAPSED_AFTER_MS = 5_000
/** And longer than this also how long it usually takes. */
const SHOW_TYPICAL_AFTER_MS = 20_000
const BAR_CELLS = 16
/** Bars only where words fit beside them. */
const MIN_COLUMNS_FOR_BAR = 60
/** Redrawing faster than this only flickers. */
const FRAME_MS = 80
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ASCII_FRAMES = ['-', '\\', '|', '/']

type TtySettings = ReporterSettings & { readonly stream: NodeJS.WriteStream }

/**
 * One spinner line a phase, turned into a tick with its time. Other lines go to the same stream; ora
 * sees them pass and draws itself anew below.
 */
export function ttyReporter(settings: TtySettings): Reporter {
  if (settings.level === 'quiet' || settings.phases === 'none') return plainReporter(settings)
  const recent = new RecentDetails()
  const plain = plainReporter(settings, recent)
  let spinner: Ora | undefined
  return {
    ...plain,
    phase(title, expectation) {
      recent.clear()
      spinner?.stop()
      const phase = livePhase({ title, expectation, settings, recent })
      spinner = phase.spinner
      return phase.report
    },
    error(error, exitCode) {
      spinner?.stop()
      plain.error(error, exitCode)
    },
  }
}

interface LivePhase {
  readonly title: string
  readonly expectation: PhaseExpectation | undefined
  readonly settings: TtySettings
  readonly recent: RecentDetails
}

function livePhase({ title, expectation, settings, recent }: LivePhase): {
  readonly spinner: Ora
  readonly report: PhaseReport
} {
  const { style, stream } = settings
  const startedMs = settings.nowMs()
  const elapsedMs = (): number => settings.nowMs() - startedMs
  let describe: (columns: number) => readonly string[] = () => []
  /** On one screen line: one that wraps cannot be redrawn. */
  const fitting = (text: string, columns: number): string =>
    forTerminal(fittedLine(fittingSigns(text.replaceAll('\n', ' '), style), columns, style), style)
  // The spinner and its gap, and the last column, where some terminals break the line already.
  const room = (): number => Math.max(1, (stream.columns || 80) - 3)
  const facts = (): string => {
    const parts = [...describe(room())]
    if (elapsedMs() > SHOW_ELAPSED_AFTER_MS) parts.push(formatDuration(elapsedMs()))
    if (expectation !== undefined && elapsedMs() > SHOW_TYPICAL_AFTER_MS) {
      parts.push(`usually ${formatDuration(expectation.typicalMs)}`)
    }
    const left = room() - stringWidth(fitting(title, room())) - 1
    return left <= 1 ? '' : fitting(parts.map((part) => `· ${part}`).join(' '), left)
  }
  const spinner = ora({
    text: fitting(title, room()),
    // Worked out at each frame.
    suffixText: facts,
    stream,
    isEnabled: true,
    // Ctrl-C has to reach us.
    discardStdin: false,
    color: style.colored ? 'cyan' : false,
    spinner: { frames: style.ascii ? ASCII_FRAMES : FRAMES, interval: FRAME_MS },
  })
  spinner.start()
  let drawnMs = settings.nowMs()
  /** Work blocks the timer: whoever has news asks for a frame. */
  const refresh = (): void => {
    if (settings.nowMs() - drawnMs < FRAME_MS) return
    drawnMs = settings.nowMs()
    if (spinner.isSpinning) spinner.render()
  }
  const end = (symbol: string, text: string): void => {
    spinner.stop()
    settings.write(`${symbol} ${fittingSigns(text, style)}\n`)
  }
  const report: PhaseReport = {
    progress(amount) {
      describe = (columns) => {
        const bar = columns < MIN_COLUMNS_FOR_BAR ? '' : drawAmount(amount, BAR_CELLS, style.ascii)
        const words = describeAmount(amount, elapsedMs())
        return bar === '' ? [words] : [bar, words]
      }
      refresh()
    },
    waiting(what) {
      describe = () => [`waiting for ${what}`]
      refresh()
    },
    succeed(text) {
      const tick = style.paint.green(style.ascii ? 'ok' : '✓')
      end(tick, `${text ?? title} ${style.paint.dim(formatDuration(elapsedMs()))}`)
    },
    fail(text) {
      end(style.paint.red(style.ascii ? 'x' : '✗'), text ?? title)
      for (const detail of recent.take())
        settings.write(`  ${style.paint.dim(fittingSigns(detail, style))}\n`)
    },
  }
  return { spinner, report }
}
