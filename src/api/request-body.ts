import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { isQwError, QwError } from '../engine/errors.ts'
import { zstdDecompressed } from '../engine/sources/unpack/zstd.ts'

/** Largest body of search, config and Elasticsearch requests. */
const MAX_JSON_BODY_BYTES = 1 << 20
/** Largest body of ingest and bulk requests, as sent. */
const MAX_INGEST_BODY_BYTES = 10 << 20
/** A compressed body may grow to this many times its limit. */
const MAX_EXPANSION = 10

interface BodyRules {
  readonly maxBytes: number
  /** `required`: without Content-Length the request is refused (411). */
  readonly length: 'required' | 'optional'
}

export const JSON_BODY: BodyRules = { maxBytes: MAX_JSON_BODY_BYTES, length: 'required' }
export const OPTIONAL_JSON_BODY: BodyRules = { maxBytes: MAX_JSON_BODY_BYTES, length: 'optional' }
export const INGEST_BODY: BodyRules = { maxBytes: MAX_INGEST_BODY_BYTES, length: 'required' }

/** The body, decompressed. Throws `tooLarge` naming the limit, without reading on past it. */
export async function readBody(request: Request, rules: BodyRules): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  // A Request made in this process has a body and no length; over HTTP that means chunks.
  const isChunked = request.headers.has('transfer-encoding')
  if (rules.length === 'required' && declared === null && isChunked) throw lengthRequired()
  const declaredBytes = Number(declared ?? 0)
  if (declaredBytes > rules.maxBytes) throw bodyTooLarge(rules.maxBytes)
  if (declaredBytes > 0 && request.body === null) throw bodyLost(request.method)
  const bytes = await readUpTo(request, rules.maxBytes)
  if (rules.length === 'required' && declared === null && bytes.length === 0) throw lengthRequired()
  return await decompress(bytes, request.headers.get('content-encoding'), rules.maxBytes)
}

/** Throws `invalid` for anything but a JSON object. */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  return jsonObjectOf(await readBody(request, JSON_BODY))
}

export function jsonObjectOf(body: Uint8Array): JsonObject {
  let value: JsonValue
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw decodeError(cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (!isJsonObject(value)) throw decodeError('expected an object')
  return value
}

/** A body that cannot be understood, told apart from a request that cannot be answered. */
export function decodeError(reason: string, cause?: unknown): QwError {
  return new QwError('invalid', `Request body deserialize error: ${reason}`, {
    code: 'REQUEST-DECODE',
    cause,
  })
}

async function readUpTo(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of request.body) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw bodyTooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

const DECOMPRESSORS: Readonly<Record<string, Decompress>> = {
  gzip: promisify(zlib.gunzip),
  'x-gzip': promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  'x-deflate': promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: (bytes, { maxOutputLength }) => zstdDecompressed(bytes, maxOutputLength),
}

async function decompress(
  bytes: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = encoding?.trim().toLowerCase() ?? 'identity'
  if (name === 'identity' || name === '') return bytes
  const run = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name] : undefined
  if (run === undefined) {
    throw new QwError('invalid', `content encoding ${name} is not supported`, {
      code: 'CONTENT-ENCODING',
      fix: `send identity, ${Object.keys(DECOMPRESSORS).join(', ')}`,
    })
  }
  const maxOutputLength = maxBytes * MAX_EXPANSION
  try {
    return await run(bytes, { maxOutputLength })
  } catch (cause) {
    const isTooLarge =
      isQwError(cause, 'tooLarge') ||
      (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
    if (isTooLarge) throw bodyTooLarge(maxOutputLength)
    throw decodeError(`the body is not valid ${name}`, cause)
  }
}

function lengthRequired(): QwError {
  return new QwError('invalid', 'a content-length header is required', { code: 'LENGTH-REQUIRED' })
}

/** A host drops the body of a GET: answering without it would answer another question. */
function bodyLost(method: string): QwError {
  return new QwError('invalid', `the body of a ${method} request does not arrive here`, {
    code: 'REQUEST-DECODE',
    fix: 'send it with POST',
  })
}

function bodyTooLarge(maxBytes: number): QwError {
  return new QwError('tooLarge', `the request body is over the limit of ${maxBytes} bytes`, {
    code: 'BODY-LIMIT',
    fix: 'send it in several requests',
  })
}
