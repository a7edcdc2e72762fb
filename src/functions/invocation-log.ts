/** One structured line per event; the host decides where it goes. */
export type InvocationLog = (fields: Readonly<Record<string, unknown>>) => void

/** What Lambda tells of the invocation, and the embedded stack in its place. */
export interface Invocation {
  readonly requestId: string
  /** Absolute, in the clock's milliseconds; undefined: no limit. */
  readonly deadlineMs: number | undefined
  readonly signal?: AbortSignal | undefined
}
