import { createHash, createHmac } from 'node:crypto'

/** Keys of one identity; temporary ones carry a session token. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

interface UnsignedRequest {
  readonly method: string
  readonly host: string
  /** Percent-encoded by `encodePath`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface Signing {
  readonly credentials: AwsCredentials
  readonly region: string
  /** As signatures name it. */
  readonly service: 's3' | 'sqs' | 'lambda'
  readonly nowMs: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * The headers to send, `authorization` among them (AWS Signature Version 4 as S3 wants it: the path is
 * encoded once, and `x-amz-content-sha256` is required). The body's hash is always signed, so that S3
 * refuses a body that was damaged on the way.
 */
export function signRequest(
  request: UnsignedRequest,
  { credentials, region, service, nowMs }: Signing,
): Record<string, string> {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const bodyHash = sha256(request.body)
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined
      ? {}
      : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(headers).toSorted()
  const signedNames = names.join(';')
  const canonicalRequest = [
    request.method,
    request.path,
    encodeQuery(request.query),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    signedNames,
    bodyHash,
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = [ALGORITHM, time, scope, sha256(canonicalRequest)].join('\n')
  const key = signingKey(credentials.secretAccessKey, [day, region, service])
  const signature = hmac(key, text).toString('hex')
  headers['authorization'] =
    `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope},SignedHeaders=${signedNames},Signature=${signature}`
  return headers
}

/** Every byte but `A-Z a-z 0-9 - . _ ~` and the slash, as S3 encodes keys before it checks a signature. */
export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

/** In the order that the signature is made over. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .toSorted()
    .map((name) => `${encode(name)}=${encode(query[name] ?? '')}`)
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function signingKey(secret: string, scope: readonly string[]): Buffer {
  return [...scope, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`),
  )
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}
