import { noteExchange } from './exchanges.ts'
import { at, parseExact, stringifyExact, type Json } from './exact-json.ts'

/** Where the API is beside this page (`…/ui/`), also behind a prefix. */
export const API_ADDRESS = new URL('../api/v1/', document.baseURI)

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
  const startMs = performance.now()
  const response = await send(request, signal)
  const text = await response.text()
  const sentBytes = response.headers.get('content-length')
  noteExchange(request, {
    tookMs: performance.now() - startMs,
    bytes: sentBytes === null ? text.length : Number(sentBytes),
  })
  if (response.ok) return text
  throw errorOf(response.status, text)
}

export async function getJson(path: string, signal: AbortSignal): Promise<Json> {
  return parseExact(await ask({ method: 'GET', path }, signal))
}

export async function postJson(path: string, body: Json, signal: AbortSignal): Promise<Json> {
  return parseExact(await ask({ method: 'POST', path, body: stringifyExact(body) }, signal))
}

async function send({ method, path, body }: ApiRequest, signal: AbortSignal): Promise<Response> {
  const headers = new Headers()
  if (typeof body === 'string') headers.set('content-type', 'application/json')
  try {
    return await fetch(new URL(path, API_ADDRESS), {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw new ApiError(0, `no answer from ${API_ADDRESS.host}: ${String(cause)}`, {
      fix: 'is `qw-lambda serve` still running?',
    })
  }
}

/** Both shapes of the API: its own, and Elasticsearch's, which has everything one level below. */
function errorOf(status: number, text: string): ApiError {
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
