import { shellLine } from './shell-words.ts'

/** A request as the page sends it. */
interface SentRequest {
  readonly method: 'GET' | 'POST'
  /** After `/api/v1/`. */
  readonly path: string
  readonly body?: string | undefined
}

/**
 * The request for curl. `api` is the address of `/api/v1/`. A key is `$QWL_API_KEY`, never its value.
 */
export function curlLine(
  { path, body }: SentRequest,
  { api, hasKey }: { readonly api: string; readonly hasKey: boolean },
): string {
  const parts = [
    shellLine(['curl', '-sS', '--compressed', `${api.replace(/\/$/, '')}/${path}`]),
    // The shell fills in the variable, which stands between double quotes for that.
    ...(hasKey ? ['-H "x-api-key: $QWL_API_KEY"'] : []),
    ...(body === undefined
      ? []
      : [shellLine(['-H', 'content-type: application/json']), shellLine(['-d', body])]),
  ]
  return parts.join(' \\\n  ')
}
