import { bodiedRequest } from '../api/bodied-request.ts'
import { bytesOf } from '../api/held-body.ts'

/** A request as a value that can be handed to another thread. */
export interface HandedRequest {
  readonly method: string
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/** A response as such a value. */
export interface HandedResponse {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

/** What the other thread does with it. */
export async function answerHanded(
  fetch: (request: Request) => Promise<Response>,
  { method, url, rawHeaders, body }: HandedRequest,
  signal: AbortSignal,
): Promise<HandedResponse> {
  const headers = headersOf(rawHeaders)
  return await handedResponse(await fetch(bodiedRequest(url, { method, headers, body, signal })))
}

export function headersOf(rawHeaders: readonly string[]): Headers {
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  }
  return headers
}

export async function handedResponse(response: Response): Promise<HandedResponse> {
  return { status: response.status, headers: [...response.headers], body: await bytesOf(response) }
}
