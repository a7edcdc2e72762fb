import { stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import type { QwError } from '../../engine/errors.ts'
import { jsonText } from '../reply.ts'
import { errorReply, messageWithFix, statusOf } from '../status.ts'

/** Requests that no handler saw through: these are answered like native ones. */
const REFUSED_BEFORE_HANDLER: ReadonlySet<string> = new Set([
  'BODY-LIMIT',
  'CONTENT-ENCODING',
  'KEY-MISSING',
  'KEY-REJECTED',
  'LENGTH-REQUIRED',
  'METHOD',
  'NOT-IMPLEMENTED',
  'REQUEST-DECODE',
  'ROUTE',
])

export function wasRefusedBeforeHandler(error: QwError): boolean {
  return REFUSED_BEFORE_HANDLER.has(error.code ?? '')
}

export function elasticErrorReply(error: QwError): Response {
  if (wasRefusedBeforeHandler(error)) return errorReply(error)
  const body = { status: statusOf(error), error: errorCause(messageWithFix(error), null) }
  return jsonText(stringifyJson(body), body.status)
}

/** The answer of one search among several; some clients read the first root cause alone. */
export function elasticErrorSlot(error: QwError): JsonObject {
  const reason = messageWithFix(error)
  return {
    status: statusOf(error),
    error: { ...errorCause(reason, null), root_cause: [{ type: null, reason }] },
  }
}

export function errorCause(reason: string, type: string | null): JsonObject {
  return { reason, type, caused_by: null, stack_trace: null }
}
