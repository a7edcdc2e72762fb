import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { elementsIn, textIn } from '../s3-store-xml.ts'

/** One request, in the words of S3's API reference. */
export interface S3Call {
  /** From 0, in the order of arriving. */
  readonly index: number
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  /** Whether S3 would evaluate `If-None-Match: *` or `If-Match` before writing. */
  readonly isConditionalWrite: boolean
}

/** What goes wrong with a request. `performed`: it took effect, and only its caller does not know. */
export type S3Fault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly code: string
      readonly performed: boolean
    }
  /** The connection breaks after the request was sent. */
  | { readonly kind: 'reset'; readonly performed: boolean }
  /** No answer ever comes. */
  | { readonly kind: 'silence'; readonly performed: boolean }

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: Date
}

interface Upload {
  readonly place: string
  readonly parts: Map<number, Buffer>
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/**
 * The part of S3 that the S3 store speaks, over real HTTP, with what its documents say of conditional
 * writes: 412 when the condition fails, 404 for `If-Match` on a missing key, and nothing visible of a
 * multipart upload before it is complete. Every bucket exists. Signatures are not looked at.
 */
export class FakeS3 {
  readonly calls: S3Call[] = []
  endpoint = ''
  /** Asked once per request. */
  fault: (call: S3Call) => S3Fault | undefined = () => undefined
  readonly #objects = new Map<string, StoredObject>()
  readonly #uploads = new Map<string, Upload>()
  #uploadCount = 0
  readonly #server = createServer((incoming, outgoing) => {
    this.#serve(incoming, outgoing).catch((error: unknown) =>
      outgoing.writeHead(599).end(String(error)),
    )
  })

  static async start(): Promise<FakeS3> {
    const fake = new FakeS3()
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    const address = fake.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    fake.endpoint = `http://127.0.0.1:${address.port}`
    return fake
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** As if every bucket were new. */
  clear(): void {
    this.calls.length = 0
    this.#objects.clear()
    this.#uploads.clear()
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    const call = callOf(incoming, this.calls.length)
    this.calls.push(call)
    const fault = this.fault(call)
    const performed = fault === undefined || fault.performed
    const answer = performed ? this.#perform(call, incoming, Buffer.concat(chunks)) : undefined
    switch (fault?.kind) {
      case 'silence':
        return
      case 'reset':
        outgoing.destroy()
        return
      case 'answer':
        send(outgoing, call, refusal(fault.status, fault.code))
        return
      case undefined:
        if (answer !== undefined) send(outgoing, call, answer)
    }
  }

  #perform(call: S3Call, { headers }: IncomingMessage, body: Buffer): Answer {
    const { method, query } = call
    const place = `${call.bucket}/${call.key}`
    const stored = this.#objects.get(place)
    if (query.has('list-type')) return this.#list(call)
    if (query.has('uploads')) return this.#startUpload(place)
    if (query.has('uploadId')) return this.#continueUpload(call, headers, body)
    if (method === 'DELETE') {
      this.#objects.delete(place)
      return { status: 204 }
    }
    if (method === 'PUT') return this.#put(place, headers, body)
    if (stored === undefined) return refusal(404, 'NoSuchKey')
    return objectAnswer(stored, headers)
  }

  #put(place: string, headers: IncomingMessage['headers'], bytes: Buffer): Answer {
    const stored = this.#objects.get(place)
    const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = headers
    if (ifNoneMatch === '*' && stored !== undefined) return refusal(412, 'PreconditionFailed')
    if (ifMatch !== undefined && stored === undefined) return refusal(404, 'NoSuchKey')
    if (ifMatch !== undefined && ifMatch !== stored?.etag) return refusal(412, 'PreconditionFailed')
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    this.#objects.set(place, { bytes, etag, modified: new Date() })
    return { status: 200, headers: { etag } }
  }

  #startUpload(place: string): Answer {
    const id = `upload-${++this.#uploadCount}`
    this.#uploads.set(id, { place, parts: new Map() })
    return { status: 200, body: `<R><UploadId>${id}</UploadId></R>` }
  }

  #continueUpload(call: S3Call, headers: IncomingMessage['headers'], body: Buffer): Answer {
    const id = call.query.get('uploadId') ?? ''
    const upload = this.#uploads.get(id)
    if (upload === undefined) return refusal(404, 'NoSuchUpload')
    if (call.method === 'DELETE') {
      this.#uploads.delete(id)
      return { status: 204 }
    }
    if (call.method === 'PUT') {
      const part = Number(call.query.get('partNumber'))
      upload.parts.set(part, body)
      return { status: 200, headers: { etag: `"part-${part}"` } }
    }
    const wanted = elementsIn(body.toString(), 'Part').map((xml) => textIn(xml, 'PartNumber'))
    const parts = wanted.map((number) => upload.parts.get(Number(number)) ?? Buffer.alloc(0))
    const {
      status,
      headers: made = {},
      body: refused,
    } = this.#put(upload.place, headers, Buffer.concat(parts))
    if (status !== 200) return { status, ...(refused === undefined ? {} : { body: refused }) }
    this.#uploads.delete(id)
    return { status, body: `<R><ETag>${made['etag'] ?? ''}</ETag></R>` }
  }

  #list({ bucket, query }: S3Call): Answer {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`
    const keys = [...this.#objects.keys()]
      .filter((place) => place.startsWith(prefix))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((place) => place > `${bucket}/${query.get('continuation-token') ?? ''}`)
    const page = keys.slice(0, Number(query.get('max-keys') ?? 1_000))
    const contents = page.map((place) => this.#contentsOf(bucket, place)).join('')
    const next = page.length < keys.length ? page.at(-1)?.slice(bucket.length + 1) : undefined
    const more =
      next === undefined
        ? '<IsTruncated>false</IsTruncated>'
        : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`
    return { status: 200, body: `<ListBucketResult>${more}${contents}</ListBucketResult>` }
  }

  #contentsOf(bucket: string, place: string): string {
    const { bytes, etag, modified } = this.#objects.get(place) ?? { bytes: '', etag: '' }
    const key = encodeURIComponent(place.slice(bucket.length + 1))
    const time = (modified ?? new Date()).toISOString()
    return `<Contents><Key>${key}</Key><LastModified>${time}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size></Contents>`
  }
}

function callOf({ method = '', url = '', headers }: IncomingMessage, index: number): S3Call {
  const { pathname, searchParams } = new URL(url, 'http://fake')
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(pathname) ?? []
  const isWrite = method === 'PUT' || method === 'POST'
  const isConditionalWrite =
    isWrite && (headers['if-none-match'] !== undefined || headers['if-match'] !== undefined)
  return {
    index,
    method,
    bucket,
    key: decodeURIComponent(key),
    query: searchParams,
    isConditionalWrite,
  }
}

function objectAnswer(stored: StoredObject, headers: IncomingMessage['headers']): Answer {
  const { bytes, etag, modified } = stored
  const facts = { etag, 'last-modified': modified.toUTCString() }
  if (headers['if-none-match'] === etag) return { status: 304, headers: facts }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  if (first === undefined) return { status: 200, headers: facts, body: bytes }
  if (Number(first) >= bytes.length) return refusal(416, 'InvalidRange')
  const body = bytes.subarray(Number(first), Number(last) + 1)
  return { status: 206, headers: facts, body }
}

function refusal(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>as told</Message></Error>` }
}

function send(outgoing: ServerResponse, { method }: S3Call, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '')
  const length = answer.status === 304 || answer.status === 204 ? {} : lengthOf(body)
  outgoing.writeHead(answer.status, { ...answer.headers, ...length })
  outgoing.end(method === 'HEAD' ? undefined : body)
}

function lengthOf(body: Buffer): Readonly<Record<string, string>> {
  return { 'content-length': String(body.length) }
}
