import { getJson, postJson } from './client.ts'
import { at, listOf, numberOf, plainText, type Json } from './exact-json.ts'

/** One file or body that was indexed, or was to be. */
interface RunFacts {
  readonly id: string
  readonly file: string
  readonly status: string
  /** RFC 3339. */
  readonly started: string
  readonly docs: number
  readonly rejected: number
  readonly error: string | undefined
}

export async function listRuns(index: string, signal: AbortSignal): Promise<readonly RunFacts[]> {
  const answer = await getJson(`${encodeURIComponent(index)}/runs?limit=100`, signal)
  return listOf(at(answer, 'runs')).map((run) => ({
    id: plainText(at(run, 'id')),
    file: plainText(at(run, 'file')),
    status: plainText(at(run, 'status')),
    started: plainText(at(run, 'started')),
    docs: numberOf(at(run, 'docs')),
    rejected: numberOf(at(run, 'rejected')),
    error: plainText(at(run, 'error')) || undefined,
  }))
}

export interface RejectReason {
  readonly count: number
  readonly reason: string
  readonly example: string
}

/** Documents that did not get in and are kept to be tried again. */
export interface Failures {
  readonly rejected: number
  readonly reasons: readonly RejectReason[]
}

export async function loadFailures(index: string, signal: AbortSignal): Promise<Failures> {
  const answer = await getJson(`${encodeURIComponent(index)}/failures?limit=0`, signal)
  return {
    rejected: numberOf(at(answer, 'rejected')),
    reasons: listOf(at(answer, 'reasons')).map(reasonOf),
  }
}

/** A reason as the API writes it, with the field that it is about. */
export function reasonOf(json: Json): RejectReason {
  const field = plainText(at(json, 'field'))
  const reason = plainText(at(json, 'reason'))
  return {
    count: numberOf(at(json, 'count')),
    reason: field === '' || reason.includes(field) ? reason : `${field}: ${reason}`,
    example: plainText(at(json, 'example')),
  }
}

/** Tries what was rejected again; how many documents got in and how many did not. */
export async function retryRejected(
  index: string,
  signal: AbortSignal,
): Promise<{ readonly docs: number; readonly rejected: number }> {
  const answer = await postJson(`${encodeURIComponent(index)}/retry`, {}, signal)
  return { docs: numberOf(at(answer, 'docs')), rejected: numberOf(at(answer, 'rejected')) }
}
