import ora from 'ora'
import { formatDuration } from '../format/duration.ts'
import { describeAmount } from './amount.ts'
import { plainReporter, type ReporterSettings } from './plain.ts'
import type { PhaseReport, Reporter } from './reporter.ts'

/** A phase that runs longer than this shows its elapsed time. */
const SHOW_ELAPSED_AFTER_MS = 5_000

/** One spinner line a phase, turned into a tick with its time; everything else as plain lines. */
export function ttyReporter(
  settings: ReporterSettings & { readonly stream: NodeJS.WriteStream },
): Reporter {
  if (settings.level === 'quiet') return plainReporter(settings)
  return { ...plainReporter(settings), phase: (title) => spinnerPhase(title, settings) }
}

function spinnerPhase(
  title: string,
  settings: ReporterSettings & { readonly stream: NodeJS.WriteStream },
): PhaseReport {
  const { style } = settings
  const startedMs = settings.nowMs()
  const spinner = ora({
    text: title,
    stream: settings.stream,
    spinner: style.ascii ? 'line' : 'dots',
    color: style.colored ? 'cyan' : 'white',
    // Ctrl-C has to reach our own handler, and typed text the shell.
    discardStdin: false,
  }).start()
  const elapsed = (): number => settings.nowMs() - startedMs
  const end = (symbol: string, text: string): void => {
    spinner.stopAndPersist({ symbol, text })
  }
  return {
    progress(amount) {
      const late = elapsed() > SHOW_ELAPSED_AFTER_MS ? ` · ${formatDuration(elapsed())}` : ''
      spinner.text = `${title} · ${describeAmount(amount, elapsed())}${late}`
    },
    succeed(text) {
      const tick = style.paint.green(style.ascii ? 'ok' : '✓')
      end(tick, `${text ?? title} ${style.paint.dim(formatDuration(elapsed()))}`)
    },
    fail(text) {
      end(style.paint.red(style.ascii ? 'x' : '✗'), text ?? title)
    },
  }
}
