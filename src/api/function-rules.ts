import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { QwError } from '../engine/errors.ts'
import { errorReply } from './api-error.ts'
import { bytesOf } from './held-body.ts'
import { heldResponse } from './held-response.ts'

/** What one synchronous answer of a function may weigh, envelope included. */
const MAX_FUNCTION_REPLY_BYTES = 6 * 1024 * 1024
/** Kept for status, headers and JSON punctuation around the body. */
const ENVELOPE_BYTES = 16 * 1024
/** Largest gzip body: base64 adds a third. */
export const MAX_FUNCTION_GZIP_BYTES = ((MAX_FUNCTION_REPLY_BYTES - ENVELOPE_BYTES) / 4) * 3

const gzipAsync = promisify(gzip)
/** Level 6 halves the bytes of level 1 on hits at a few ms per MB, and egress is what is billed. */
const LEVEL = 6

/**
 * The rules of Quickwit's removed Lambda packaging: the body is gzip whatever the client accepts, and
 * travels as base64, so that a third is added before the limit is checked. Over it: 413 with the way out.
 */
export async function applyFunctionRules(response: Response): Promise<Response> {
  const body = await bytesOf(response)
  // A HEAD has none.
  if (body === undefined) return response
  const zipped = await gzipWithin(body, MAX_FUNCTION_GZIP_BYTES)
  if (zipped === undefined) return await applyFunctionRules(tooLarge())
  const headers = new Headers(response.headers)
  headers.set('content-encoding', 'gzip')
  headers.set('content-length', String(zipped.length))
  return heldResponse(zipped, { status: response.status, headers })
}

/** Stops compressing at the limit, so that memory does not grow with what cannot be sent. */
async function gzipWithin(
  body: Uint8Array,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await gzipAsync(body, { level: LEVEL, maxOutputLength: maxBytes })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      return undefined
    }
    throw cause
  }
}

function tooLarge(): Response {
  return errorReply(
    new QwError('tooLarge', "the answer is over a function's limit of 6 MB", {
      code: 'RESP-TOO-BIG',
      fix: 'ask for fewer hits (max_hits), page with start_offset, or read page by page with search_after',
    }),
  )
}
