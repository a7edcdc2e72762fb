import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '../engine/bytes/json.ts'
import {
  codeOfShown,
  kindOfCode,
  messageOf,
  QwError,
  shownCode,
  type ErrorKind,
} from '../engine/errors.ts'
import { jsonText } from './reply.ts'
import { statusOf } from './status.ts'

/*
 * An error as the body of an answer, and back:
 *
 *   native         {"message", "code": "QWL-…", "position", "length", "fix"}   the message ends with the fix
 *   Elasticsearch  {"status", "error": {"type", "reason", "root_cause", "code", "position", "fix"}}
 */

/** Anything thrown, as the error that clients are told. */
export function asQwError(error: unknown): QwError {
  if (error instanceof QwError) return error
  return new QwError('internal', `internal error: ${messageOf(error)}`, { cause: error })
}

/** The native error body; `code`, `position` and `fix` are for programs. */
export function errorBody(error: QwError): JsonObject {
  const { code, position, length, fix } = error
  return {
    message: messageWithFix(error),
    ...(code === undefined ? {} : { code: shownCode(code) }),
    ...(position === undefined ? {} : { position }),
    ...(length === undefined ? {} : { length }),
    ...(fix === undefined ? {} : { fix }),
  }
}

export function errorReply(error: QwError): Response {
  return jsonText(stringifyJson(errorBody(error)), statusOf(error))
}

/** What a client reads: the message, then the way out. */
export function messageWithFix({ message, fix }: QwError): string {
  return fix === undefined ? message : `${message}. ${fix}`
}

/** The answer's error as the one that was thrown behind it, as far as the body tells. */
export function errorFromReply(status: number, text: string): QwError {
  const body = jsonObjectIn(text)
  const { error } = body
  // Elasticsearch's shape holds everything one level below.
  const facts = isJsonObject(error) ? { ...error, message: error['reason'] ?? null } : body
  const fix = typeof facts['fix'] === 'string' ? facts['fix'] : undefined
  const code = typeof facts['code'] === 'string' ? codeOfShown(facts['code']) : undefined
  const position = typeof facts['position'] === 'number' ? facts['position'] : undefined
  const kind = code === undefined ? kindOfStatus(status) : kindOfCode(code)
  const length = typeof facts['length'] === 'number' ? facts['length'] : undefined
  return new QwError(kind, messageIn(facts['message'], status, fix), {
    code,
    fix,
    position,
    length,
  })
}

function jsonObjectIn(text: string): JsonObject {
  try {
    const body = parseJson(text)
    return isJsonObject(body) ? body : {}
  } catch {
    // Not from our API: a proxy's page, say.
    return {}
  }
}

function messageIn(message: unknown, status: number, fix: string | undefined): string {
  if (typeof message !== 'string') return `the API answered with status ${status}`
  const isDouble = fix !== undefined && message.endsWith(`. ${fix}`)
  return isDouble ? message.slice(0, -fix.length - 2) : message
}

/** For bodies without a code: a kind has one status, but some statuses have several kinds. */
function kindOfStatus(status: number): ErrorKind {
  if (status === 404) return 'notFound'
  if (status === 408 || status === 413) return 'tooLarge'
  if (status === 429 || status === 503 || status === 504) return 'unavailable'
  return status < 500 ? 'invalid' : 'internal'
}
