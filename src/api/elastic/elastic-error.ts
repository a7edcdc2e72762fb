import { stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import type { ErrorCode, ErrorKind, QwError } from '../../engine/errors.ts'
import { errorBody, messageWithFix } from '../api-error.ts'
import { jsonText } from '../reply.ts'
import { statusOf } from '../status.ts'

/** `error.type` is the first, often the only thing that a client shows or compares. */
const TYPE_OF_KIND: Readonly<Record<ErrorKind, string>> = {
  invalid: 'illegal_argument_exception',
  notFound: 'resource_not_found_exception',
  conflict: 'version_conflict_engine_exception',
  unavailable: 'es_rejected_execution_exception',
  corrupt: 'search_phase_execution_exception',
  tooLarge: 'illegal_argument_exception',
  internal: 'exception',
}

/** Where Elasticsearch's own name says more than the kind does. */
const TYPE_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  'AGG-LIMIT': 'too_many_buckets_exception',
  'BODY-LIMIT': 'content_too_long_exception',
  'CONTENT-ENCODING': 'media_type_header_exception',
  'CONTENT-TYPE': 'media_type_header_exception',
  'DOC-REJECTED': 'document_parsing_exception',
  'INDEX-EXISTS': 'resource_already_exists_exception',
  'INDEX-NONE': 'index_not_found_exception',
  'KEY-MISSING': 'security_exception',
  'KEY-REJECTED': 'security_exception',
  MAPPING: 'mapper_parsing_exception',
  'NOT-IMPLEMENTED': 'unsupported_operation_exception',
  'QUERY-FIELD': 'query_shard_exception',
  'QUERY-SYNTAX': 'parsing_exception',
  'QUERY-VALUE': 'query_shard_exception',
  'REQUEST-DECODE': 'parsing_exception',
  'SCROLL-GONE': 'search_context_missing_exception',
  'SEARCH-TIMEOUT': 'timeout_exception',
}

/** Clients refuse to talk to a server that does not say this, in errors too. */
export const PRODUCT_HEADER = { 'x-elastic-product': 'Elasticsearch' }

/** Nothing stands beside `error` and `status`: the Java client cannot read a body with more. */
export function elasticErrorReply(error: QwError): Response {
  const status = elasticStatusOf(error)
  const body = elasticErrorSlot(error)
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="qw-lambda"' } : {}
  return jsonText(stringifyJson(body), status, { ...PRODUCT_HEADER, ...challenge })
}

/** The answer of one search among several, or what is told of a whole request. */
export function elasticErrorSlot(error: QwError): JsonObject {
  const { message: _, ...forPrograms } = errorBody(error)
  return {
    error: { ...errorCause(messageWithFix(error), elasticTypeOf(error)), ...forPrograms },
    status: elasticStatusOf(error),
  }
}

/** Some clients read the first root cause alone, others what stands beside it. */
export function errorCause(reason: string, type: string): JsonObject {
  return { root_cause: [{ type, reason }], type, reason }
}

function elasticTypeOf({ kind, code }: QwError): string {
  return (code === undefined ? undefined : TYPE_OF_CODE[code]) ?? TYPE_OF_KIND[kind]
}

/** A client that may authenticate in another way is told so, which it waits for. */
function elasticStatusOf(error: QwError): number {
  const isKey = error.code === 'KEY-MISSING' || error.code === 'KEY-REJECTED'
  return isKey ? 401 : statusOf(error)
}

/** What one line or one setting of many searches may have wrong, and what spoils the request whole. */
export function spoilsRequest({ code }: QwError): boolean {
  return code === 'REQUEST-DECODE' || code === 'REQUEST-PARAM' || code === 'NOT-IMPLEMENTED'
}
