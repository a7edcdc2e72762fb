import { ApiError } from '../api/client.ts'

/** An error as the terminal says it: what, why, and the way out. */
export function FailureNote({ error }: { readonly error: Error }) {
  const fix = error instanceof ApiError ? error.fix : undefined
  return (
    <div class="failure" role="alert">
      <p>{error.message}</p>
      {fix !== undefined && <p class="fix">{fix}</p>}
    </div>
  )
}
