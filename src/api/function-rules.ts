import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { jsonText } from './reply.ts'

/** What one synchronous answer of a function may weigh, envelope included. */
export const MAX_FUNCTION_REPLY_BYTES = 6 * 1024 * 1024
/** Kept for status, headers and JSON punctuation around the body. */
const ENVELOPE_BYTES = 16 * 1024

const gzipAsync = promisify(gzip)
/** Level 6 halves the bytes of level 1 on hits at a few ms per MB, and egress is what is billed. */
const LEVEL = 6

/**
 * The removed Lambda's rules: the body is gzip whatever the client accepts, and travels as base64,
 * so that a third is added before the limit is checked. Over it: 413 with the way out.
 */
export async function applyFunctionRules(response: Response): Promise<Response> {
  const body = Buffer.from(await response.arrayBuffer())
  const zipped = await gzipAsync(body, { level: LEVEL })
  const replyBytes = Math.ceil(zipped.length / 3) * 4 + ENVELOPE_BYTES
  if (replyBytes > MAX_FUNCTION_REPLY_BYTES) {
    return await applyFunctionRules(tooLarge(replyBytes))
  }
  const headers = new Headers(response.headers)
  headers.set('content-encoding', 'gzip')
  headers.set('content-length', String(zipped.length))
  return new Response(new Uint8Array(zipped), { status: response.status, headers })
}

function tooLarge(bytes: number): Response {
  const megabytes = (bytes / 1024 / 1024).toFixed(1)
  const message = `the answer is ${megabytes} MB, over a function's limit of 6 MB: ask for fewer hits (max_hits), page with start_offset, or read page by page with search_after`
  return jsonText(JSON.stringify({ message }), 413)
}
