import { isJsonObject, parseJson, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError, type ErrorKind } from '../../engine/errors.ts'

export type Via = 'local' | 'lambda' | 'api' | 'direct'

/** The same HTTP API whatever carries it: in process, Lambda Invoke, HTTPS. */
export interface ApiClient {
  readonly via: Via
  fetch(request: Request): Promise<Response>
}

export interface ApiAnswer {
  /** The body as it came: integers beyond 2^53 are still in it. */
  readonly text: string
  readonly headers: Headers
}

/** Nothing reads the host: the client knows where to send it. */
const BASE = 'http://qw-lambda/api/v1'

async function apiGet(client: ApiClient, path: string, signal?: AbortSignal): Promise<ApiAnswer> {
  return await send(client, new Request(`${BASE}${path}`, signal === undefined ? {} : { signal }))
}

export interface ApiPost {
  readonly path: string
  readonly body: string
  readonly signal?: AbortSignal | undefined
}

/** A POST that can be given up: the signal's reason is thrown, whatever carries the request. */
export async function apiPost(
  client: ApiClient,
  { path, body, signal }: ApiPost,
): Promise<ApiAnswer> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body, ...(signal === undefined ? {} : { signal }) }
  return await send(client, new Request(`${BASE}${path}`, init))
}

export async function apiGetJson(
  client: ApiClient,
  path: string,
  signal?: AbortSignal,
): Promise<JsonValue> {
  return parseJson((await apiGet(client, path, signal)).text)
}

async function send(client: ApiClient, request: Request): Promise<ApiAnswer> {
  try {
    return await answerOf(await client.fetch(request))
  } catch (error) {
    // In process the handler turns an abort into an answer of its own.
    request.signal.throwIfAborted()
    throw error
  }
}

async function answerOf(response: Response): Promise<ApiAnswer> {
  const text = await response.text()
  if (response.ok) return { text, headers: response.headers }
  throw errorOf(response.status, text)
}

/** The API's error as the one that was thrown behind it. */
function errorOf(status: number, text: string): QwError {
  let body: JsonValue = null
  try {
    body = parseJson(text)
  } catch {
    // Not from our API: a proxy's page, say.
  }
  const fields = isJsonObject(body) ? body : {}
  const field = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' ? value : undefined
  }
  const fix = field('fix')
  const inner = isJsonObject(fields['error']) ? fields['error'] : {}
  // The Elasticsearch routes say it as `error.reason`.
  const reason = typeof inner['reason'] === 'string' ? inner['reason'] : undefined
  const whole = field('message') ?? reason ?? `the API answered with status ${status}`
  const message =
    fix !== undefined && whole.endsWith(`. ${fix}`) ? whole.slice(0, -fix.length - 2) : whole
  const position = fields['position']
  const code = field('code')?.replace(/^QWL-/, '')
  return new QwError(kindOf(status), message, {
    ...(fix === undefined ? {} : { fix }),
    ...(code === undefined ? {} : { code }),
    ...(typeof position === 'number' ? { position } : {}),
  })
}

function kindOf(status: number): ErrorKind {
  if (status === 404) return 'notFound'
  if (status === 408 || status === 413) return 'tooLarge'
  if (status === 429 || status === 503 || status === 504) return 'unavailable'
  return status < 500 ? 'invalid' : 'internal'
}
