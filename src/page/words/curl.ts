import { shellLine } from './shell-words.ts'

/** A request as the page sends it. */
interface SentRequest {
  readonly method: string
  /** After `/api/v1/`. */
  readonly path: string
  readonly body?: string | undefined
}

/**
 * The request for curl. `api` is the address of `/api/v1/`. A key is `$QWL_API_KEY`, never its value.
 */
export function curlLine(
  { method, path, body }: SentRequest,
  { api, hasKey }: { readonly api: string; readonly hasKey: boolean },
): string {
  // A body makes it a POST by itself.
  const isUsual = method === (body === undefined ? 'GET' : 'POST')
  const parts = [
    shellLine([
      'curl',
      '-sS',
      '--compressed',
      ...(isUsual ? [] : ['-X', method]),
      `${api.replace(/\/$/, '')}/${path}`,
    ]),
    // The shell fills in the variable, which stands between double quotes for that.
    ...(hasKey ? ['-H "x-api-key: $QWL_API_KEY"'] : []),
    ...(body === undefined
      ? []
      : [shellLine(['-H', 'content-type: application/json']), shellLine(['-d', body])]),
  ]
  return parts.join(' \\\n  ')
}
