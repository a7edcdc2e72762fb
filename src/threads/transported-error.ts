import { type ErrorCode, type ErrorKind, messageOf, QwError } from '../engine/errors.ts'

/** An error as a value: a class does not survive the way between threads. */
export interface TransportedError {
  readonly kind: ErrorKind
  readonly message: string
  readonly code: ErrorCode | undefined
  readonly why: string | undefined
  readonly fix: string | undefined
}

export function transported(error: unknown): TransportedError {
  const known =
    error instanceof QwError ? error : new QwError('internal', messageOf(error), { cause: error })
  const { kind, message, code, why, fix } = known
  return { kind, message, code, why, fix }
}

export function arrived({ kind, message, ...facts }: TransportedError): QwError {
  return new QwError(kind, message, facts)
}
