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
 *   native         {"message", "code": "QWL-…", "position", "fix"}      the message ends with the fix
 *   Elasticsearch  the same, and {"status", "error"} beside it: elastic/elastic-error.ts
 */

/** Anything thrown, as the error that clients are told. */
export function asQwError(error: unknown): QwError {
  if (error instanceof QwError) return error
  return new QwError('internal', `internal error: ${messageOf(error)}`, { cause: error })
}

/** The native error body; `code`, `position` and `fix` are for programs. */
export function errorBody(error: QwError): JsonObject {
  const { code, position, fix } = error
  return {
    message: messageWithFix(error),
    ...(code === undefined ? {} : { code: shownCode(code) }),
    ...(position === undefined ? {} : { position }),
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
  const fix = typeof body['fix'] === 'string' ? body['fix'] : undefined
  const code = typeof body['code'] === 'string' ? codeOfShown(body['code']) : undefined
  const position = typeof body['position'] === 'number' ? body['position'] : undefined
  const kind = code === undefined ? kindOfStatus(status) : kindOfCode(code)
  return new QwError(kind, messageIn(body, status, fix), { code, fix, position })
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

function messageIn(body: JsonObject, status: number, fix: string | undefined): string {
  const { message, error } = body
  const reason = isJsonObject(error) ? error['reason'] : undefined
  const whole = [message, reason].find((text) => typeof text === 'string')
  if (whole === undefined) return `the API answered with status ${status}`
  return fix !== undefined && whole.endsWith(`. ${fix}`) ? whole.slice(0, -fix.length - 2) : whole
}

/** For bodies without a code: a kind has one status, but some statuses have several kinds. */
function kindOfStatus(status: number): ErrorKind {
  if (status === 404) return 'notFound'
  if (status === 408 || status === 413) return 'tooLarge'
  if (status === 429 || status === 503 || status === 504) return 'unavailable'
  return status < 500 ? 'invalid' : 'internal'
}
