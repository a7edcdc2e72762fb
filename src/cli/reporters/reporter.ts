import type { QwError } from '../../engine/errors.ts'

/** Everything that is not the answer: phases, notes, warnings and errors, all on stderr. */
export interface Reporter {
  /** Starts a phase; printed before the work begins. */
  phase(title: string, expectation?: PhaseExpectation): PhaseReport
  /** A plain line, such as the footer under an answer. */
  note(text: string): void
  /** A line that explains the next step; dropped when quiet. */
  hint(text: string): void
  warn(text: string, fix?: string): void
  error(error: QwError, exitCode: number): void
  /** A step shown with `--verbose`, and when its phase fails. */
  detail(text: string): void
}

export interface PhaseExpectation {
  /** How long it usually takes; said when it takes long. */
  readonly typicalMs: number
}

export interface PhaseReport {
  /** How far the phase is; rate and time left are worked out from the calls. */
  progress(amount: PhaseAmount): void
  /** What the phase is waiting for, where there is nothing to count. */
  waiting(what: string): void
  succeed(text?: string): void
  /** Also prints what `detail` said during the phase. */
  fail(text?: string): void
}

export interface PhaseAmount {
  readonly done: number
  readonly total?: number | undefined
  readonly unit: 'bytes' | 'docs' | 'objects' | 'resources' | 'batches'
  /** What to say besides the amount, such as `2 rejected`. */
  readonly detail?: string | undefined
}
