import { stringifyJson } from '../engine/bytes/json.ts'
import type { ErrorKind, QwError } from '../engine/errors.ts'
import { messageWithFix } from './api-error.ts'
import { heldResponse } from './held-response.ts'
import { jsonText } from './reply.ts'
import { statusOf } from './status.ts'

/** How a batch is written; its answer is written alike. */
type OtlpEncoding = 'json' | 'protobuf'

/** Codes of gRPC, which an error names beside its HTTP status. */
const GRPC_CODES: Readonly<Record<ErrorKind, number>> = {
  invalid: 3, // INVALID_ARGUMENT
  notFound: 5, // NOT_FOUND
  tooLarge: 8, // RESOURCE_EXHAUSTED
  internal: 13, // INTERNAL
  unavailable: 14, // UNAVAILABLE
  conflict: 14,
  corrupt: 15, // DATA_LOSS
}
const UNIMPLEMENTED = 12
const PERMISSION_DENIED = 7
/** Of the statuses that a sender tries again after (429, 502, 503, 504). */
const COME_AGAIN = 503

/** Undefined for a content type that OTLP has none of. */
export function otlpEncodingOf(request: Request): OtlpEncoding | undefined {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  return type === 'application/x-protobuf' ? 'protobuf' : undefined
}

/** An answer says how many records were rejected and why; nothing where all were taken. */
export async function otlpReply(
  encoding: OtlpEncoding,
  rejected: { readonly count: number; readonly message: string; readonly countName: string },
): Promise<Response> {
  const { count, message, countName } = rejected
  if (encoding === 'json') {
    // As JSON writes 64-bit integers.
    const partialSuccess = { [countName]: String(count), errorMessage: message }
    return jsonText(stringifyJson(count === 0 ? {} : { partialSuccess }))
  }
  const { encodeOtlpResponse } = await import('../engine/sources/otlp/protobuf.ts')
  return protobufReply(encodeOtlpResponse(count, message), 200)
}

/** `google.rpc.Status`, in the encoding of the request; JSON where it has none. What may pass is worth sending again. */
export async function otlpErrorReply(
  error: QwError,
  encoding: OtlpEncoding | undefined,
): Promise<Response> {
  const mayPass = error.kind === 'unavailable' || error.kind === 'conflict'
  const usual = statusOf(error)
  const status = mayPass && usual !== 429 ? COME_AGAIN : usual
  const code = codeOf(error)
  const message = messageWithFix(error)
  if (encoding !== 'protobuf') return jsonText(stringifyJson({ code, message }), status)
  const { encodeStatus } = await import('../engine/sources/otlp/protobuf.ts')
  return protobufReply(encodeStatus(code, message), status)
}

function codeOf({ kind, code }: QwError): number {
  if (code === 'NOT-IMPLEMENTED') return UNIMPLEMENTED
  if (code === 'KEY-MISSING' || code === 'KEY-REJECTED') return PERMISSION_DENIED
  return GRPC_CODES[kind]
}

function protobufReply(body: Uint8Array, status: number): Response {
  const headers = { 'content-type': 'application/x-protobuf' }
  return heldResponse(new Uint8Array(body), { status, headers })
}
