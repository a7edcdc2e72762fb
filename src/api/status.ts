import type { ErrorKind } from '../engine/errors.ts'
import { messageOf, QwError } from '../engine/errors.ts'
import { jsonText } from './reply.ts'

/** HTTP statuses come from the kind, in this table alone. An index that exists already is a 400, as clients expect. */
const STATUS_BY_KIND: Record<ErrorKind, number> = {
  invalid: 400,
  notFound: 404,
  conflict: 400,
  unavailable: 503,
  corrupt: 500,
  tooLarge: 413,
  internal: 500,
}

/** Where a code says more than its kind. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'AGG-LIMIT': 400,
  'CONTENT-ENCODING': 415,
  'CONTENT-TYPE': 415,
  'FAILED-SPLITS': 500,
  FORBIDDEN: 403,
  'KEY-MISSING': 403,
  'KEY-REJECTED': 403,
  'LENGTH-REQUIRED': 411,
  METHOD: 405,
  'NOT-IMPLEMENTED': 501,
  'PARSE-QUERY': 500,
  'QUERY-LIMIT': 400,
  'SCROLL-GONE': 500,
  'SEARCH-LIMIT': 400,
  'SEARCH-TIMEOUT': 408,
  'SPLIT-MISSING': 500,
  THROTTLED: 429,
}

export function statusOf(error: QwError): number {
  return STATUS_BY_CODE[error.code ?? ''] ?? STATUS_BY_KIND[error.kind]
}

/** What a client reads: the message, then the way out. */
export function messageWithFix(error: QwError): string {
  return error.fix === undefined ? error.message : `${error.message}. ${error.fix}`
}

/** Anything thrown, as the error that clients are told. */
export function asQwError(error: unknown): QwError {
  if (error instanceof QwError) return error
  return new QwError('internal', `internal error: ${messageOf(error)}`, { cause: error })
}

/** The native error body; `code`, `position` and `fix` are for programs. */
export function errorReply(error: QwError): Response {
  const body = {
    message: messageWithFix(error),
    ...(error.code === undefined ? {} : { code: `QWL-${error.code}` }),
    ...(error.position === undefined ? {} : { position: error.position }),
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  }
  return jsonText(JSON.stringify(body), statusOf(error))
}
