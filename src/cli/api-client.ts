import { isJsonObject, parseJson, type JsonValue } from '../engine/bytes/json.ts'
import { QwError, type ErrorKind } from '../engine/errors.ts'

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

export async function apiGet(client: ApiClient, path: string): Promise<ApiAnswer> {
  return await answerOf(await client.fetch(new Request(`${BASE}${path}`)))
}

export async function apiPost(client: ApiClient, path: string, body: string): Promise<ApiAnswer> {
  const headers = { 'content-type': 'application/json' }
  return await answerOf(await client.fetch(new Request(`${BASE}${path}`, { method: 'POST', headers, body })))
}

export async function apiGetJson(client: ApiClient, path: string): Promise<JsonValue> {
  return parseJson((await apiGet(client, path)).text)
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
  const whole = field('message') ?? `the API answered with status ${status}`
  const message = fix !== undefined && whole.endsWith(`. ${fix}`) ? whole.slice(0, -fix.length - 2) : whole
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
  if (status === 413) return 'tooLarge'
  if (status === 429 || status === 503 || status === 504) return 'unavailable'
  return status < 500 ? 'invalid' : 'internal'
}
