import { errorFromReply } from '../../api/api-error.ts'
import { bodiedRequest } from '../../api/bodied-request.ts'
import { parseJson, type JsonValue } from '../../engine/bytes/json.ts'

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
  const parts = { method: 'GET', headers: new Headers(), body: undefined, signal }
  return await send(client, bodiedRequest(`${BASE}${path}`, parts))
}

interface ApiPost {
  readonly path: string
  readonly body: string
  readonly signal?: AbortSignal | undefined
}

/** A POST that can be given up: the signal's reason is thrown, whatever carries the request. */
export async function apiPost(
  client: ApiClient,
  { path, body: text, signal }: ApiPost,
): Promise<ApiAnswer> {
  const headers = new Headers({ 'content-type': 'application/json' })
  const parts = { method: 'POST', headers, body: new TextEncoder().encode(text), signal }
  return await send(client, bodiedRequest(`${BASE}${path}`, parts))
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
  throw errorFromReply(response.status, text)
}
