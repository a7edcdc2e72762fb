import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FunctionPort } from './ports.ts'
import { QwError } from '../engine/errors.ts'

const gunzipAsync = promisify(gunzip)

export interface SearcherRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT'
  /** Such as `/api/v1/mock-sales/search`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  /** JSON unless this says otherwise. */
  readonly contentType?: string | undefined
}

interface SearcherAnswer {
  readonly status: number
  /** Names in lower case; those about packing are gone. */
  readonly headers: Readonly<Record<string, string>>
  /** As the API wrote it, unpacked. */
  readonly body: Uint8Array
  readonly logTail: string
  readonly requestId: string | undefined
}

/** The HTTP API by function call: no gateway, no key. Throws `internal` FUNCTION-FAILED when the
 *  function threw, ran out of time or memory, or answered something else than a response. */
export async function callSearcher(
  searcher: string,
  request: SearcherRequest,
  functions: FunctionPort,
  signal?: AbortSignal,
): Promise<SearcherAnswer> {
  const event = {
    resource: '/api/v1/{proxy+}',
    path: request.path,
    httpMethod: request.method,
    headers: { 'content-type': request.contentType ?? 'application/json' },
    queryStringParameters: request.query ?? null,
    requestContext: { httpMethod: request.method },
    body: request.body ?? null,
    isBase64Encoded: false,
  }
  const result = await functions.invoke(searcher, Buffer.from(JSON.stringify(event)), signal)
  const text = Buffer.from(result.payload).toString()
  const response = result.functionError === undefined ? responseOf(text) : undefined
  if (response === undefined) {
    const told = result.functionError ?? 'no HTTP response'
    throw new QwError('internal', `${searcher} failed: ${told}: ${text.slice(0, 500)}`, {
      code: 'FUNCTION-FAILED',
      fix: `qw-lambda logs searcher${result.requestId ? ` --request ${result.requestId}` : ''}`,
      cause: result.logTail,
    })
  }
  const packed = Buffer.from(response.body, response.isBase64Encoded ? 'base64' : 'utf8')
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isGzip ? await gunzipAsync(packed) : packed,
    logTail: result.logTail,
    requestId: result.requestId,
  }
}

interface ProxyResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

function responseOf(text: string): ProxyResponse | undefined {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) return undefined
  const { statusCode } = value
  if (typeof statusCode !== 'number') return undefined
  const body = 'body' in value && typeof value.body === 'string' ? value.body : ''
  const isBase64Encoded = 'isBase64Encoded' in value && value.isBase64Encoded === true
  const headers = 'headers' in value ? headersOf(value.headers) : {}
  return { statusCode, headers, body, isBase64Encoded }
}

/** What was true of the packed body only is left out. */
const OF_PACKED_BODY = ['content-encoding', 'content-length']

function headersOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  const entries = Object.entries(value).flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[name.toLowerCase(), text]] : [],
  )
  return Object.fromEntries(entries.filter(([name]) => !OF_PACKED_BODY.includes(name)))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
