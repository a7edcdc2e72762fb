import { QwError } from '../engine/errors.ts'

type Fields = Readonly<Record<string, unknown>>

/** The host part of a request that came without one; nothing reads it. */
const NO_HOST = 'http://function'

/**
 * The HTTP request inside an invocation:
 *   API Gateway REST proxy     httpMethod, path, multiValueQueryStringParameters, requestContext.stage
 *   function URL, HTTP API     requestContext.http, rawPath, rawQueryString
 *   the removed packaging's    httpMethod, path, headers, body
 *   plain                      {index_id, query, max_hits, ...}
 * Throws `invalid` for anything else.
 */
export function parseSearcherEvent(event: unknown): Request {
  if (!isRecord(event)) throw unknownEvent()
  const context = isRecord(event['requestContext']) ? event['requestContext'] : {}
  if (isRecord(context['http'])) return functionUrlRequest(event, context['http'])
  if (typeof event['httpMethod'] === 'string') return proxyRequest(event, context)
  if (typeof event['index_id'] === 'string') return plainRequest(event, event['index_id'])
  throw unknownEvent()
}

function proxyRequest(event: Fields, context: Fields): Request {
  const path = String(event['path'] ?? '/')
  const stage = typeof context['stage'] === 'string' ? context['stage'] : undefined
  // The gateway's stage is called `api`, so that stage and path together are the API's own path.
  const fullPath = stage === undefined || stage === '$default' ? path : `/${stage}${path}`
  const query = new URLSearchParams()
  const multi = event['multiValueQueryStringParameters']
  const single = event['queryStringParameters']
  if (isRecord(multi)) {
    for (const [name, values] of Object.entries(multi)) {
      for (const value of Array.isArray(values) ? values : [values]) query.append(name, String(value))
    }
  } else if (isRecord(single)) {
    for (const [name, value] of Object.entries(single)) query.append(name, String(value))
  }
  return buildRequest(event, { method: String(event['httpMethod']), path: fullPath, query: query.toString() })
}

function functionUrlRequest(event: Fields, http: Fields): Request {
  return buildRequest(event, {
    method: String(http['method'] ?? 'GET'),
    path: String(event['rawPath'] ?? '/'),
    query: String(event['rawQueryString'] ?? ''),
  })
}

function plainRequest(event: Fields, indexId: string): Request {
  const { index_id: _, ...search } = event
  return new Request(`${NO_HOST}/api/v1/${encodeURIComponent(indexId)}/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(search),
  })
}

interface RequestLine {
  readonly method: string
  readonly path: string
  readonly query: string
}

function buildRequest(event: Fields, { method, path, query }: RequestLine): Request {
  const headers = new Headers()
  if (isRecord(event['headers'])) {
    for (const [name, value] of Object.entries(event['headers'])) {
      if (value !== null && value !== undefined) headers.set(name, String(value))
    }
  }
  const body = bodyOf(event)
  // A gateway strips the length, and body routes want it.
  headers.set('content-length', String(body?.length ?? 0))
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined
  const url = `${NO_HOST}${path}${query === '' ? '' : `?${query}`}`
  return new Request(url, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) })
}

function bodyOf(event: Fields): Buffer | undefined {
  const body = event['body']
  if (typeof body !== 'string') return undefined
  return Buffer.from(body, event['isBase64Encoded'] === true ? 'base64' : 'utf8')
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownEvent(): QwError {
  return new QwError('invalid', 'the searcher does not know this event', {
    fix: 'send an API Gateway or function-URL event, or {"index_id": "…", "query": "…"}',
  })
}
