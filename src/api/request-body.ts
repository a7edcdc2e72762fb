import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { isQwError, QwError } from '../engine/errors.ts'
import { zstdDecompressed } from '../engine/sources/unpack/zstd.ts'
import { takeBytes } from './held-body.ts'

/** Largest body of search, config and Elasticsearch requests. */
export const MAX_JSON_BODY_BYTES = 1 << 20
/** Largest body of ingest and bulk requests, as sent. */
const MAX_INGEST_BODY_BYTES = 10 << 20
/** A compressed body may grow to this many times its limit. */
const MAX_EXPANSION = 10

interface BodyRules {
  readonly maxBytes: number
  /** `required`: a request without a body and without Content-Length is refused (411). */
  readonly length: 'required' | 'optional'
}

export const JSON_BODY: BodyRules = { maxBytes: MAX_JSON_BODY_BYTES, length: 'required' }
const OPTIONAL_JSON_BODY: BodyRules = { maxBytes: MAX_JSON_BODY_BYTES, length: 'optional' }
export const INGEST_BODY: BodyRules = { maxBytes: MAX_INGEST_BODY_BYTES, length: 'required' }

/** The body, decompressed. Throws `tooLarge` naming the limit, without reading on past it. */
export async function readBody(request: Request, rules: BodyRules): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  const declaredBytes = Number(declared ?? 0)
  if (declaredBytes > rules.maxBytes) throw bodyTooLarge(rules.maxBytes)
  const read = await readUpTo(request, rules.maxBytes)
  if (read === undefined && declaredBytes > 0) throw bodyLost(request.method)
  const bytes = read ?? new Uint8Array()
  // Chunks need no length, not even to say that there are none.
  const saysLength = declared !== null || request.headers.has('transfer-encoding')
  if (rules.length === 'required' && !saysLength && bytes.length === 0) throw lengthRequired()
  return await decompress(bytes, request.headers.get('content-encoding'), rules.maxBytes)
}

/** Throws `invalid` for anything but a JSON object. */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  return jsonObjectOf(await readBody(request, JSON_BODY))
}

/** An absent or blank body is an empty object. */
export async function readOptionalJsonObject(request: Request): Promise<JsonObject> {
  const body = await readBody(request, OPTIONAL_JSON_BODY)
  return body.every(isSpace) ? {} : jsonObjectOf(body)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
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

/** Undefined: the request has no body. */
async function readUpTo(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const held = takeBytes(request)
  if (held !== undefined) {
    if (held.length > maxBytes) throw bodyTooLarge(maxBytes)
    return held
  }
  if (request.body === null) return undefined
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

const gunzip = promisify(zlib.gunzip)
const inflate = promisify(zlib.inflate)
const inflateRaw = promisify(zlib.inflateRaw)

const DECOMPRESSORS: Readonly<Record<string, Decompress>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflateEither,
  'x-deflate': inflateEither,
  br: promisify(zlib.brotliDecompress),
  zstd: (bytes, { maxOutputLength }) => zstdDecompressed(bytes, maxOutputLength),
}

/** The name means the zlib format; some clients send what is inside it alone. */
async function inflateEither(
  bytes: Uint8Array,
  options: { maxOutputLength: number },
): Promise<Uint8Array> {
  const [first = 0, second = 0] = bytes
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
  return await (isZlib ? inflate(bytes, options) : inflateRaw(bytes, options))
}

/** Codings are listed in the order in which they were applied. */
async function decompress(
  bytes: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array> {
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  let plain = bytes
  for (const name of names.toReversed()) {
    if (name !== 'identity' && name !== '') plain = await decompressOne(plain, name, maxBytes)
  }
  return plain
}

async function decompressOne(
  bytes: Uint8Array,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
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
