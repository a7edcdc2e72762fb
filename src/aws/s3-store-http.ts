import { messageOf, QwError } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import { partitionOf } from './partition.ts'
import { answerOf, openTransport, type HttpAnswer } from './http-exchange.ts'
import { encodePath, encodeQuery, signRequest, type AwsCredentials } from './request-signature.ts'

export interface S3Settings {
  readonly bucket: string
  readonly region: string
  /** Asked before every request, so that credentials can be renewed. */
  readonly credentials: () => AwsCredentials | Promise<AwsCredentials>
  readonly clock: Clock
  /** Base address of another service that speaks S3, such as `http://127.0.0.1:5000`; the bucket then
   *  goes into the path. Undefined: AWS. */
  readonly endpoint?: string | undefined
  /** Tests set them lower. */
  readonly limits?: Partial<S3Limits>
}

interface S3Limits {
  /** S3 answers within a second or two; a connection that is silent for longer is not worth waiting for. */
  readonly idleTimeoutMs: number
  /** Bodies up to this size go in one request; S3 itself would take 5 GiB. */
  readonly singlePutBytesMax: number
  /** Of each part but the last. S3 wants at least 5 MiB and takes 10,000 parts. */
  readonly partBytes: number
}

export const S3_LIMITS: S3Limits = {
  idleTimeoutMs: 10_000,
  singlePutBytesMax: 64 * 1024 * 1024,
  partBytes: 32 * 1024 * 1024,
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Empty: the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal | undefined
}

export type S3Response = HttpAnswer

/** Sends one request, once. Rejects with `unavailable` when no complete answer came, and with the
 *  signal's reason when aborted; any status is an answer. */
type SendToS3 = (request: S3Request) => Promise<S3Response>

const NO_BODY = new Uint8Array()

/**
 * node:http rather than fetch: bodies arrive as they were stored (fetch would unzip an object that was
 * uploaded with `content-encoding: gzip`), and connections and silence have limits of our own.
 */
export function makeS3Sender(settings: S3Settings): SendToS3 {
  const { protocol, host, hostname, port, basePath } = addressOf(settings)
  const transport = openTransport(protocol)
  const idleTimeoutMs = settings.limits?.idleTimeoutMs ?? S3_LIMITS.idleTimeoutMs

  return async (request) => {
    const { method, key, query = {}, headers = {}, body = NO_BODY, signal } = request
    signal?.throwIfAborted()
    const path = `${basePath}/${encodePath(key)}`
    const signed = signRequest(
      { method, host, path, query, headers, body },
      {
        credentials: await settings.credentials(),
        region: settings.region,
        service: 's3',
        nowMs: settings.clock.nowMs(),
      },
    )
    if (method === 'PUT' || method === 'POST') signed['content-length'] = String(body.byteLength)
    const search = encodeQuery(query)
    const { open, agent } = await transport
    const outgoing = open({
      agent,
      hostname,
      port,
      method,
      path: search === '' ? path : `${path}?${search}`,
      headers: signed,
      timeout: idleTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      return await answerOf(outgoing, body, idleTimeoutMs)
    } catch (error) {
      signal?.throwIfAborted()
      throw new QwError('unavailable', `no answer from ${host}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
}

interface Address {
  readonly protocol: string
  /** As it goes into the `host` header. */
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly basePath: string
}

function addressOf({ bucket, region, endpoint }: S3Settings): Address {
  if (endpoint !== undefined) {
    const { protocol, host, hostname, port, pathname } = new URL(endpoint)
    return {
      protocol,
      host,
      hostname,
      port,
      basePath: `${pathname.replace(/\/$/, '')}/${encodePath(bucket)}`,
    }
  }
  const service = `s3.${region}.${partitionOf(region).domain}`
  // A dot in the bucket's name would not fit AWS's wildcard certificate.
  const isHostName = !bucket.includes('.')
  const host = isHostName ? `${bucket}.${service}` : service
  return {
    protocol: 'https:',
    host,
    hostname: host,
    port: '',
    basePath: isHostName ? '' : `/${encodePath(bucket)}`,
  }
}
