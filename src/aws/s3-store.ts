import { isQwError, QwError } from '../engine/errors.ts'
import {
  bodyBytes,
  bodySize,
  type ByteRange,
  type ObjectInfo,
  type ObjectStore,
  type PutCondition,
} from '../engine/ports.ts'
import { s3Failure } from './s3-store-errors.ts'
import {
  makeS3Sender,
  S3_LIMITS,
  type S3Request,
  type S3Response,
  type S3Settings,
} from './s3-store-http.ts'
import { putInParts } from './s3-store-multipart.ts'
import { elementsIn, textIn } from './s3-store-xml.ts'

/** Keys of one listing request: S3's own limit. */
const LIST_PAGE_KEYS = 1_000

/**
 * One bucket as an ObjectStore. Speaks to S3 itself (docs/decisions/0004). Never repeats a request:
 * wrap it in a retrying store, which is the one layer that does.
 *
 * Besides the port's own errors every verb may throw `invalid` with the code CRED-EXPIRED, CRED-SKEW,
 * CRED-REJECTED, PERM-MISSING, PERM-SCP, REGION-WRONG or BUCKET-NONE.
 */
export function s3Store(settings: S3Settings): ObjectStore {
  const ask = makeAsk(settings)
  const { singlePutBytesMax, partBytes } = { ...S3_LIMITS, ...settings.limits }
  return {
    async get(key, { ifNoneMatch, signal } = {}) {
      const headers = ifNoneMatch === undefined ? {} : { 'if-none-match': quoted(ifNoneMatch) }
      const response = await ask({ method: 'GET', key, headers, signal })
      if (response.status === 304) return undefined
      const modifiedMs = timeOf(response.headers['last-modified'])
      return {
        bytes: response.body,
        etag: etagOf(response),
        ...(Number.isFinite(modifiedMs) && { modifiedMs }),
      }
    },
    read: (key, range, signal) => readRange(ask, key, range, signal),
    head: (key, signal) => headOf(ask, key, signal),
    async put(key, body, { condition, signal }) {
      const conditionHeaders = headersOf(condition)
      const sizeBytes = bodySize(body)
      const response = await asConflict(
        condition,
        sizeBytes > singlePutBytesMax
          ? putInParts(ask, { key, body, sizeBytes, partBytes, conditionHeaders, signal })
          : ask({ method: 'PUT', key, headers: conditionHeaders, body: bodyBytes(body), signal }),
      )
      // S3 tells no time of modification here; the answer's own is the same second.
      return {
        key,
        sizeBytes,
        etag: etagOf(response),
        modifiedMs: timeOf(response.headers.date),
      }
    },
    list: (prefix, signal) => listKeys(ask, prefix, signal),
    async delete(key, signal) {
      await ask({ method: 'DELETE', key, signal })
    },
  }
}

type Ask = (request: S3Request) => Promise<S3Response>

/** Sends and throws for every status that is not success or `304`. */
function makeAsk(settings: S3Settings): Ask {
  const send = makeS3Sender(settings)
  const { bucket, region } = settings
  return async (request) => {
    const isListing = request.query?.['list-type'] !== undefined
    if (!isListing) assertKey(request.key)
    const response = await send(request)
    const { status } = response
    // Putting parts together may fail after S3 has begun to answer 200.
    const hasFailed = status >= 300 || (request.method === 'POST' && hasErrorBody(response))
    if (!hasFailed || status === 304) return response
    const permission = isListing ? 's3:ListBucket' : PERMISSIONS[request.method]
    throw s3Failure(response, { bucket, region, key: request.key, permission })
  }
}

const PERMISSIONS: Readonly<Record<S3Request['method'], string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  POST: 's3:PutObject',
  DELETE: 's3:DeleteObject',
}

function hasErrorBody({ body }: S3Response): boolean {
  return textIn(new TextDecoder().decode(body), 'Code') !== undefined
}

async function readRange(
  ask: Ask,
  key: string,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { start, end } = range
  const wrong = (reason: string): QwError =>
    new QwError('invalid', `read of ${key} [${start}, ${end}) ${reason}`)
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw wrong('is not a range')
  }
  if (start === end) {
    // HTTP has no empty range.
    const { sizeBytes } = await headOf(ask, key, signal)
    if (end > sizeBytes) throw wrong(`ends past the object size_bytes=${sizeBytes}`)
    return new Uint8Array()
  }
  const headers = { range: `bytes=${start}-${end - 1}` }
  const { status, body } = await ask({ method: 'GET', key, headers, signal })
  if (status !== 206) throw new QwError('internal', `read of ${key} was answered with ${status}`)
  // S3 cuts a range that goes past the end.
  if (body.byteLength < end - start) {
    throw wrong(`ends past the object size_bytes=${start + body.byteLength}`)
  }
  return body
}

async function headOf(ask: Ask, key: string, signal: AbortSignal | undefined): Promise<ObjectInfo> {
  let response: S3Response
  try {
    response = await ask({ method: 'HEAD', key, signal })
  } catch (error) {
    if (isQwError(error, 'notFound') || isQwError(error, 'unavailable')) throw error
    signal?.throwIfAborted()
    // A refused HEAD has no body to say why. The same question as a GET does.
    await ask({ method: 'GET', key, headers: { range: 'bytes=0-0' }, signal })
    throw error
  }
  const { headers } = response
  return {
    key,
    sizeBytes: Number(headers['content-length']),
    etag: etagOf(response),
    modifiedMs: timeOf(headers['last-modified']),
  }
}

async function* listKeys(
  ask: Ask,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  let token: string | undefined
  do {
    const { body } = await ask({
      method: 'GET',
      key: '',
      query: {
        'list-type': '2',
        // Keys may hold characters that XML has no way to write.
        'encoding-type': 'url',
        'max-keys': String(LIST_PAGE_KEYS),
        prefix,
        ...(token === undefined ? {} : { 'continuation-token': token }),
      },
      signal,
    })
    const xml = new TextDecoder().decode(body)
    for (const element of elementsIn(xml, 'Contents')) {
      signal?.throwIfAborted()
      yield infoOf(element)
    }
    token = textIn(xml, 'IsTruncated') === 'true' ? textIn(xml, 'NextContinuationToken') : undefined
  } while (token !== undefined)
}

function infoOf(element: string): ObjectInfo {
  const key = textIn(element, 'Key') ?? ''
  return {
    key: decodeURIComponent(key.replaceAll('+', ' ')),
    sizeBytes: Number(textIn(element, 'Size')),
    etag: unquoted(textIn(element, 'ETag') ?? ''),
    modifiedMs: timeOf(textIn(element, 'LastModified')),
  }
}

function headersOf(condition: PutCondition): Record<string, string> {
  switch (condition.kind) {
    case 'always':
      return {}
    case 'ifAbsent':
      return { 'if-none-match': '*' }
    case 'ifMatch':
      return { 'if-match': quoted(condition.etag) }
  }
}

/** To replace a version that is gone is a conflict, though S3 says that there is no such key. */
async function asConflict<T>(condition: PutCondition, put: Promise<T>): Promise<T> {
  try {
    return await put
  } catch (error) {
    if (condition.kind !== 'ifMatch' || !isQwError(error, 'notFound')) throw error
    throw new QwError('conflict', error.message, { cause: error })
  }
}

/** S3 would take most of what this refuses; the port does not. */
function assertKey(key: string): void {
  if (key !== '' && !key.startsWith('/')) return
  throw new QwError(
    'invalid',
    `object key ${JSON.stringify(key)} is empty or starts with a slash`,
    {
      fix: 'name objects by a relative path such as "indexes/shop/file.split"',
    },
  )
}

function etagOf({ headers }: S3Response): string {
  return unquoted(headers.etag ?? '')
}

function quoted(etag: string): string {
  return `"${etag}"`
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}

/** Whole seconds: S3's headers know no more, and a listing must agree with them. */
function timeOf(text: string | undefined): number {
  return Math.floor(Date.parse(text ?? '') / 1_000) * 1_000
}
