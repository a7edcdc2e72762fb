import type { ErrorKind } from '../engine/errors.ts'
import { QwError } from '../engine/errors.ts'

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

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'FAILED-SPLITS': 500,
  'KEY-MISSING': 403,
  'KEY-REJECTED': 403,
  'METHOD': 405,
  'CONTENT-TYPE': 415,
  'CONTENT-ENCODING': 415,
  'LENGTH-REQUIRED': 411,
  'FORBIDDEN': 403,
  'NOT-IMPLEMENTED': 501,
  'THROTTLED': 429,
  'SEARCH-LIMIT': 400,
}

export function statusOf(error: QwError): number {
  return STATUS_BY_CODE[error.code ?? ''] ?? STATUS_BY_KIND[error.kind]
}

/** What a client reads: the message, then the way out. */
export function messageWithFix(error: QwError): string {
  return error.fix === undefined ? error.message : `${error.message}. ${error.fix}`
}
