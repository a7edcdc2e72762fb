import { bodiedRequest } from '../api/bodied-request.ts'
import { messageOf, QwError } from '../engine/errors.ts'

type Fields = Readonly<Record<string, unknown>>

/** The host part of a request that came without one; nothing reads it. */
const NO_HOST = 'http://function'

/**
 * The HTTP request inside an invocation:
 *   API Gateway REST proxy     httpMethod, path, multiValueQueryStringParameters, requestContext.stage
 *   function URL, HTTP API     requestContext.http, rawPath, rawQueryString
 *   plain HTTP                 httpMethod, path, headers, body, as Quickwit's removed Lambda packaging
 *   plain search               {index_id, query, max_hits, ...}
 * Throws `invalid` for anything else. The request carries `signal`.
 */
export function parseSearcherEvent(event: unknown, signal?: AbortSignal): Request {
  try {
    const { path, query, ...init } = requestParts(event)
    const url = `${NO_HOST}${path.startsWith('/') ? '' : '/'}${path}${query === '' ? '' : `?${query}`}`
    return bodiedRequest(url, { ...init, signal })
  } catch (cause) {
    if (cause instanceof QwError) throw cause
    // A method or a header that HTTP does not have.
    throw new QwError('invalid', `the event is no HTTP request: ${messageOf(cause)}`, { cause })
  }
}

interface RequestLine {
  readonly method: string
  readonly path: string
  readonly query: string
}

interface RequestParts extends RequestLine {
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

function requestParts(event: unknown): RequestParts {
  if (!isRecord(event)) throw unknownEvent()
  const context = isRecord(event['requestContext']) ? event['requestContext'] : {}
  if (isRecord(context['http'])) return functionUrlRequest(event, context['http'])
  if (typeof event['httpMethod'] === 'string') return proxyRequest(event, context)
  if (typeof event['index_id'] === 'string') return plainRequest(event, event['index_id'])
  throw unknownEvent()
}

function proxyRequest(event: Fields, context: Fields): RequestParts {
  const query = new URLSearchParams()
  const multi = event['multiValueQueryStringParameters']
  const single = event['queryStringParameters']
  if (isRecord(multi)) {
    for (const [name, values] of Object.entries(multi)) {
      for (const value of Array.isArray(values) ? values : [values])
        query.append(name, textOf(value, ''))
    }
  } else if (isRecord(single)) {
    for (const [name, value] of Object.entries(single)) query.append(name, textOf(value, ''))
  }
  return withBody(event, {
    method: textOf(event['httpMethod'], 'GET'),
    path: gatewayPath(event, context).replaceAll('?', '%3F').replaceAll('#', '%23'),
    query: query.toString(),
  })
}

/**
 * The API's own path, `/api/v1/...`, or the page's, `/ui/...`. What the gateway calls the path begins with the base path of a
 * custom domain, and the stage of the console's test call is called otherwise; the resource and what
 * its `{proxy+}` stands for are always ours.
 */
function gatewayPath(event: Fields, context: Fields): string {
  const path = textOf(event['path'], '/')
  const resource = textOf(event['resource'], '/v1/{proxy+}')
  const parameters = isRecord(event['pathParameters']) ? event['pathParameters'] : {}
  const { proxy } = parameters
  if (typeof proxy === 'string' && resource.includes('{proxy+}')) {
    const slash = path.endsWith('/') && !proxy.endsWith('/') ? '/' : ''
    const ownPath = resource.replace('{proxy+}', () => proxy + slash)
    return /^\/(?:api|ui)\//.test(ownPath) ? ownPath : `/api${ownPath}`
  }
  if (resource === '/ui') return path.endsWith('/') ? '/ui/' : '/ui'
  // The stage is called `api`, so that stage and path together are the API's own path.
  const { stage } = context
  return typeof stage !== 'string' || stage === '$default' ? path : `/${stage}${path}`
}

function functionUrlRequest(event: Fields, http: Fields): RequestParts {
  return withBody(event, {
    method: textOf(http['method'], 'GET'),
    path: textOf(event['rawPath'], '/'),
    query: textOf(event['rawQueryString'], ''),
  })
}

function plainRequest(event: Fields, indexId: string): RequestParts {
  const { index_id: _, ...search } = event
  return {
    method: 'POST',
    path: `/api/v1/${encodeURIComponent(indexId)}/search`,
    query: '',
    headers: new Headers({ 'content-type': 'application/json' }),
    body: new TextEncoder().encode(JSON.stringify(search)),
  }
}

function withBody(event: Fields, line: RequestLine): RequestParts {
  const headers = new Headers()
  if (isRecord(event['headers'])) {
    for (const [name, value] of Object.entries(event['headers'])) {
      const text = textOf(value, '')
      if (text !== '') headers.set(name, text)
    }
  }
  const body = bodyOf(event)
  // A gateway strips the length, and body routes want it.
  headers.set('content-length', String(body?.length ?? 0))
  return { ...line, headers, body: body?.length === 0 ? undefined : body }
}

function bodyOf(event: Fields): Uint8Array<ArrayBuffer> | undefined {
  const body = event['body']
  if (typeof body !== 'string') return undefined
  return Uint8Array.from(Buffer.from(body, event['isBase64Encoded'] === true ? 'base64' : 'utf8'))
}

function textOf(value: unknown, fallback: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : fallback
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownEvent(): QwError {
  return new QwError('invalid', 'the searcher does not know this event', {
    fix: 'send an API Gateway or function-URL event, or {"index_id": "…", "query": "…"}',
  })
}
