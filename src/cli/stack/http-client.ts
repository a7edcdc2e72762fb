import { messageOf, QwError } from '../../engine/errors.ts'
import type { ApiClient } from './api-client.ts'
import { readGivenText } from '../command/given-file.ts'
import type { CliContext } from '../command/context.ts'

interface HttpClient extends ApiClient {
  readonly hasKey: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Tries of a request that was throttled or met a busy server, the first included. */
const MAX_TRIES = 5
const FIRST_PAUSE_MS = 500

/** `QWL_ENDPOINT` up to and without `/api/v1`. Throws `invalid` where it is missing or no URL. */
export function endpointOf(env: Environment): string {
  const text = env['QWL_ENDPOINT'] ?? ''
  if (text === '') {
    throw new QwError('invalid', '--via api needs the address of the API', {
      code: 'ENDPOINT-NONE',
      fix: 'set QWL_ENDPOINT, such as https://….execute-api.us-east-1.amazonaws.com/api/v1',
    })
  }
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new QwError('invalid', `QWL_ENDPOINT \`${text}\` is no http or https address`, {
      code: 'ENDPOINT-NONE',
    })
  }
  return text.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
}

/** The API of `QWL_ENDPOINT`, with a key instead of AWS credentials. */
export async function httpClient(context: CliContext): Promise<HttpClient> {
  return keyedClient(context, {
    endpoint: endpointOf(context.env),
    key: await apiKeyOf(context.env),
  })
}

interface HttpPlace {
  /** Up to and without `/api/v1`. */
  readonly endpoint: string
  readonly key: string | undefined
  /** Where an address of the API is really asked for; as it is unless given. */
  readonly reachedAt?: (url: string) => string
}

/** The API over HTTP; throttled requests are tried again. */
export function keyedClient(context: CliContext, place: HttpPlace): HttpClient {
  const { endpoint, key, reachedAt = (url) => url } = place
  return {
    via: 'api',
    hasKey: key !== undefined,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      if (key !== undefined) headers.set('x-api-key', key)
      const body = request.method === 'GET' ? null : await request.text()
      const { method, signal } = request
      const url = reachedAt(`${endpoint}${pathname}${search}`)
      const send = (): Promise<Response> => reach(url, { method, headers, body, signal })
      return checked(await withRetries(send, context, signal), {
        endpoint,
        hasKey: key !== undefined,
      })
    },
  }
}

async function apiKeyOf(env: Environment): Promise<string | undefined> {
  const key = env['QWL_API_KEY'] ?? ''
  if (key !== '') return key
  const path = env['QWL_API_KEY_FILE'] ?? ''
  if (path === '') return undefined
  return (await readGivenText(path, 'check QWL_API_KEY_FILE')).trim()
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    init.signal?.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new QwError('unavailable', `cannot reach ${new URL(url).origin}: ${messageOf(cause)}`, {
      code: 'ENDPOINT-DOWN',
      fix: 'check QWL_ENDPOINT and the network',
      cause: error,
    })
  }
}

async function withRetries(
  send: () => Promise<Response>,
  context: CliContext,
  signal: AbortSignal,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await send()
    if (response.status !== 429 || attempt === MAX_TRIES) return response
    const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1)
    context.report.detail(`throttled, asking again in ${pauseMs} ms`)
    await context.clock.sleep(pauseMs, signal)
  }
}

/** What a gateway says without words is said here: its own answers carry no code. */
function checked(
  response: Response,
  { endpoint, hasKey }: { endpoint: string; hasKey: boolean },
): Response {
  switch (response.status) {
    case 401:
    case 403:
      throw hasKey
        ? new QwError('invalid', `${endpoint} rejects the API key`, {
            code: 'KEY-REJECTED',
            why: 'the key is wrong, or younger than two minutes',
            fix: 'check QWL_API_KEY or QWL_API_KEY_FILE',
          })
        : new QwError('invalid', `${endpoint} needs an API key`, {
            code: 'KEY-MISSING',
            fix: 'set QWL_API_KEY_FILE or QWL_API_KEY',
          })
    case 429:
      throw new QwError('unavailable', `${endpoint} refuses: too many requests`, {
        code: 'THROTTLED',
        why: `asked ${MAX_TRIES} times`,
        fix: 'ask again later, or raise the limit of the usage plan',
      })
    case 504:
      throw new QwError('tooLarge', 'the search took longer than the gateway waits', {
        code: 'REQ-TIMEOUT',
        fix: 'narrow the time range, or search with --via lambda',
      })
    default:
      return response
  }
}
