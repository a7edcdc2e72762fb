import type { QwError } from '../../engine/errors.ts'

/** Everything that is not the answer: phases, notes, warnings and errors, all on stderr. */
export interface Reporter {
  /** Starts a phase; printed before the work begins. */
  phase(title: string): PhaseReport
  /** A plain line, such as the footer under an answer. */
  note(text: string): void
  /** A line that explains the next step; dropped when quiet. */
  hint(text: string): void
  warn(text: string, fix?: string): void
  error(error: QwError, exitCode: number): void
  /** A step shown with `--verbose` only. */
  detail(text: string): void
}

export interface PhaseReport {
  /** How far the phase is; rate and time left are worked out from the calls. */
  progress(amount: PhaseAmount): void
  succeed(text?: string): void
  fail(text?: string): void
}

export interface PhaseAmount {
  readonly done: number
  readonly total?: number | undefined
  readonly unit: 'bytes' | 'docs' | 'objects' | 'resources' | 'batches'
  /** What to say besides the amount, such as `2 rejected`. */
  readonly detail?: string | undefined
}
