import { fittingSigns } from '../format/ascii.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { describeAmount, drawAmount } from './amount.ts'
import { LiveLine } from './live-line.ts'
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
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ASCII_FRAMES = ['-', '\\', '|', '/']

type TtySettings = ReporterSettings & { readonly stream: NodeJS.WriteStream }

/** One live line a phase, turned into a tick with its time; everything else as plain lines above it. */
export function ttyReporter(settings: TtySettings): Reporter {
  if (settings.level === 'quiet' || settings.phases === 'none') return plainReporter(settings)
  const line = new LiveLine(settings.stream)
  const recent = new RecentDetails()
  const plain = plainReporter({ ...settings, write: (text) => line.print(text) }, recent)
  return {
    ...plain,
    phase(title, expectation) {
      recent.clear()
      return livePhase({ title, expectation, settings, line, recent })
    },
    error(error, exitCode) {
      line.stop()
      plain.error(error, exitCode)
    },
  }
}

interface LivePhase {
  readonly title: string
  readonly expectation: PhaseExpectation | undefined
  readonly settings: TtySettings
  readonly line: LiveLine
  readonly recent: RecentDetails
}

function livePhase({ title, expectation, settings, line, recent }: LivePhase): PhaseReport {
  const { style } = settings
  const startedMs = settings.nowMs()
  const elapsedMs = (): number => settings.nowMs() - startedMs
  const frames = style.ascii ? ASCII_FRAMES : FRAMES
  let describe: (columns: number) => readonly string[] = () => []
  line.start((frame, columns) => {
    const parts = [title, ...describe(columns)]
    if (elapsedMs() > SHOW_ELAPSED_AFTER_MS) parts.push(formatDuration(elapsedMs()))
    if (expectation !== undefined && elapsedMs() > SHOW_TYPICAL_AFTER_MS) {
      parts.push(`usually ${formatDuration(expectation.typicalMs)}`)
    }
    // Two columns go to the spinner; what is too long is cut, since a line that wraps cannot be redrawn.
    const text = fittingSigns(parts.join(' · '), style).slice(0, Math.max(0, columns - 2))
    return `${style.paint.cyan(frames[frame % frames.length] ?? '')} ${text}`
  })
  const end = (text: string): void => {
    line.stop()
    line.print(`${fittingSigns(text, style)}\n`)
  }
  return {
    progress(amount) {
      describe = (columns) => {
        const bar = columns < MIN_COLUMNS_FOR_BAR ? '' : drawAmount(amount, BAR_CELLS, style.ascii)
        const words = describeAmount(amount, elapsedMs())
        return bar === '' ? [words] : [bar, words]
      }
      line.refresh()
    },
    waiting(what) {
      describe = () => [`waiting for ${what}`]
      line.refresh()
    },
    succeed(text) {
      const tick = style.paint.green(style.ascii ? 'ok' : '✓')
      end(`${tick} ${text ?? title} ${style.paint.dim(formatDuration(elapsedMs()))}`)
    },
    fail(text) {
      end(`${style.paint.red(style.ascii ? 'x' : '✗')} ${text ?? title}`)
      for (const detail of recent.take())
        line.print(`  ${style.paint.dim(fittingSigns(detail, style))}\n`)
    },
  }
}
