import { noteExchange } from './exchanges.ts'
import { currentKey, otherKey } from './key.ts'
import { at, parseExact, stringifyExact, type Json } from './exact-json.ts'

/** Where the API is beside this page, which whoever serves it has written into its head. */
const PLACE = document.querySelector<HTMLMetaElement>('meta[name="api"]')?.content
const API = new URL(PLACE ?? '../api/v1/', document.baseURI)

/** An answer of the API that is an error, or no answer at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string | undefined
  /** The way out: a clause without a full stop. */
  readonly fix: string | undefined
  /** Where in the query, in UTF-16 units from 0. */
  readonly position: number | undefined
  readonly length: number | undefined

  constructor(status: number, message: string, facts: ErrorFacts = {}) {
    super(message)
    this.status = status
    this.code = facts.code
    this.fix = facts.fix
    this.position = facts.position
    this.length = facts.length
  }
}

/** Where a path of the API is. */
export function apiAddress(path: string): URL {
  return new URL(path, API)
}

interface ErrorFacts {
  readonly code?: string | undefined
  readonly fix?: string | undefined
  readonly position?: number | undefined
  readonly length?: number | undefined
}

interface ApiRequest {
  readonly method: string
  /** After `/api/v1/`. */
  readonly path: string
  /** A text is JSON. */
  readonly body?: string | Blob
}

/** The text of an answer. Throws `ApiError`, and the signal's reason when it was given up. */
export async function ask(request: ApiRequest, signal: AbortSignal): Promise<string> {
  for (;;) {
    const key = currentKey()
    const startMs = performance.now()
    const response = await send(request, key, signal)
    const text = await response.text()
    const sentBytes = response.headers.get('content-length')
    noteExchange(request, {
      tookMs: performance.now() - startMs,
      bytes: sentBytes === null ? text.length : Number(sentBytes),
    })
    if (response.ok) return text
    const error = errorOf(response.status, text)
    const mayGoOn = wantsKey(error) && (await otherKey(key))
    signal.throwIfAborted()
    if (!mayGoOn) throw error
  }
}

export async function getJson(path: string, signal: AbortSignal): Promise<Json> {
  return parseExact(await ask({ method: 'GET', path }, signal))
}

export async function postJson(path: string, body: Json, signal: AbortSignal): Promise<Json> {
  return parseExact(await ask({ method: 'POST', path, body: stringifyExact(body) }, signal))
}

/** Said by the API, or by the gateway before it. */
function wantsKey({ status, code, message }: ApiError): boolean {
  if (status !== 401 && status !== 403) return false
  return code === undefined ? message === 'Forbidden' : code.startsWith('QWL-KEY-')
}

async function send(
  { method, path, body }: ApiRequest,
  key: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers()
  if (key !== '') headers.set('x-api-key', key)
  if (typeof body === 'string') headers.set('content-type', 'application/json')
  try {
    return await fetch(apiAddress(path), {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw new ApiError(0, `no answer from ${API.host}: ${String(cause)}`, {
      fix: 'is `qw-lambda serve` still running?',
    })
  }
}

/** Both shapes of the API: its own, and Elasticsearch's, which has everything one level below. */
export function errorOf(status: number, text: string): ApiError {
  const body = bodyOf(text)
  const facts = at(body, 'error') ?? body
  const textAt = (name: string): string | undefined => {
    const value = at(facts, name)
    return typeof value === 'string' ? value : undefined
  }
  const numberAt = (name: string): number | undefined => {
    const value = at(facts, name)
    return typeof value === 'number' ? value : undefined
  }
  const fix = textAt('fix')
  const message = textAt('message') ?? textAt('reason') ?? `the API answered with status ${status}`
  return new ApiError(status, withoutFix(message, fix), {
    code: textAt('code'),
    fix,
    position: numberAt('position'),
    length: numberAt('length'),
  })
}

/** A message ends with its fix, which is shown by itself. */
function withoutFix(message: string, fix: string | undefined): string {
  const isDouble = fix !== undefined && message.endsWith(`. ${fix}`)
  return isDouble ? message.slice(0, -fix.length - 2) : message
}

function bodyOf(text: string): Json {
  try {
    return parseExact(text)
  } catch {
    // Not from the API: a proxy's page, say.
    return null
  }
}
