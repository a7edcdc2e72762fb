/**
 * What the caller does next decides the kind:
 * `invalid` fix the input · `notFound` name something that exists · `conflict` reload and retry ·
 * `unavailable` back off and retry · `corrupt` stop and alarm · `tooLarge` ask for less · `internal` our bug.
 * Exit codes and HTTP statuses come from the kind: one table in cli/, one in api/.
 */
export type ErrorKind =
  | 'invalid'
  | 'notFound'
  | 'conflict'
  | 'unavailable'
  | 'corrupt'
  | 'tooLarge'
  | 'internal'

export interface ErrorFacts {
  /** Catalogue code without prefix, such as `QUERY-SYNTAX`; a kind is enough for most errors. */
  code?: string
  /** Background that the message has no room for. */
  why?: string
  /** The way out, as a sentence or a command that can be typed; one per line when there are several. */
  fix?: string
  /** Zero-based character offset in the text that the message quotes. */
  position?: number
  cause?: unknown
}

/** The only error class that crosses a room's border. */
export class QwError extends Error {
  readonly kind: ErrorKind
  readonly code: string | undefined
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly position: number | undefined

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'QwError'
    this.kind = kind
    this.code = facts.code
    this.why = facts.why
    this.fix = facts.fix
    this.position = facts.position
  }
}

export function isQwError(error: unknown, kind?: ErrorKind): error is QwError {
  return error instanceof QwError && (kind === undefined || error.kind === kind)
}

/** The message of anything thrown, for facts lines and reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
