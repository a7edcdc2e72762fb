import { formatDuration } from '../../engine/dates/duration.ts'
import { fittingSigns } from '../format/ascii.ts'
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

type TtySettings = ReporterSettings & { readonly stream: NodeJS.WriteStream }

/**
 * One live line a phase, turned into a tick with its time. Other lines go to the same stream; ora sees
 * them pass and draws the live one anew below.
 */
export function ttyReporter(settings: TtySettings): Reporter {
  if (settings.level === 'quiet' || settings.phases === 'none') return plainReporter(settings)
  const recent = new RecentDetails()
  const plain = plainReporter(settings, recent)
  let line: LiveLine | undefined
  return {
    ...plain,
    phase(title, expectation) {
      recent.clear()
      line?.stop()
      const phase = livePhase({ title, expectation, settings, recent })
      line = phase.line
      return phase.report
    },
    error(error, exitCode) {
      line?.stop()
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
  readonly line: LiveLine
  readonly report: PhaseReport
} {
  const { style, stream, nowMs } = settings
  const startedMs = nowMs()
  const elapsedMs = (): number => nowMs() - startedMs
  let describe: (columns: number) => readonly string[] = () => []
  const facts = (columns: number): readonly string[] => {
    const parts = [...describe(columns)]
    if (elapsedMs() > SHOW_ELAPSED_AFTER_MS) parts.push(formatDuration(elapsedMs()))
    if (expectation !== undefined && elapsedMs() > SHOW_TYPICAL_AFTER_MS) {
      parts.push(`usually ${formatDuration(expectation.typicalMs)}`)
    }
    return parts
  }
  const line = new LiveLine({ title, facts, stream, style, nowMs })
  const end = (symbol: string, text: string): void => {
    line.stop()
    settings.write(`${symbol} ${fittingSigns(text, style)}\n`)
  }
  const report: PhaseReport = {
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
      end(tick, `${text ?? title} ${style.paint.dim(formatDuration(elapsedMs()))}`)
    },
    fail(text) {
      end(style.paint.red(style.ascii ? 'x' : '✗'), text ?? title)
      for (const detail of recent.take())
        settings.write(`  ${style.paint.dim(fittingSigns(detail, style))}\n`)
    },
  }
  return { line, report }
}
