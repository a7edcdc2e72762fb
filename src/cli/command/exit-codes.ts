import type { ErrorKind } from '../../engine/errors.ts'

/** What a script can rely on; `qw-lambda help exit-codes` prints this table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notSetUp: 3,
  credentials: 4,
  forbidden: 5,
  notFound: 6,
  busy: 7,
  limit: 8,
  remote: 9,
  partial: 10,
  confirm: 11,
  check: 12,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_KIND: Record<ErrorKind, ExitCode> = {
  invalid: EXIT.usage,
  notFound: EXIT.notFound,
  conflict: EXIT.busy,
  unavailable: EXIT.remote,
  corrupt: EXIT.failed,
  tooLarge: EXIT.limit,
  internal: EXIT.failed,
}

/** Catalogue codes whose exit status says more than their kind does. */
const BY_CODE_PREFIX: readonly (readonly [string, ExitCode])[] = [
  ['NOT-SET-UP', EXIT.notSetUp],
  ['STACK-NONE', EXIT.notSetUp],
  ['VERSION-OLD', EXIT.notSetUp],
  ['CRED-', EXIT.credentials],
  ['KEY-', EXIT.credentials],
  ['PERM-', EXIT.forbidden],
  ['REGION-DISABLED', EXIT.forbidden],
  ['QUOTA-', EXIT.limit],
  ['RESP-TOO-BIG', EXIT.limit],
  ['REQ-TIMEOUT', EXIT.limit],
  ['STACK-BUSY', EXIT.busy],
  ['STACK-STUCK', EXIT.remote],
  ['SECRET-PENDING', EXIT.busy],
  ['FUNCTION-FAILED', EXIT.remote],
  ['GENERATOR-FAILED', EXIT.remote],
  ['VERIFY-', EXIT.remote],
  ['THROTTLED', EXIT.busy],
  ['LOCAL-', EXIT.busy],
  ['META-CONFLICT', EXIT.busy],
  ['INGEST-REJECTS', EXIT.partial],
  ['INGEST-PARTIAL', EXIT.partial],
  ['LEFTOVERS', EXIT.partial],
  ['FAILED-SPLITS', EXIT.partial],
  ['CONFIRM', EXIT.confirm],
  ['BUCKET-NOT-OURS', EXIT.confirm],
  ['CHECK', EXIT.check],
]

export function exitCodeOf(kind: ErrorKind, code: string | undefined): ExitCode {
  const byCode =
    code === undefined ? undefined : BY_CODE_PREFIX.find(([prefix]) => code.startsWith(prefix))
  return byCode?.[1] ?? BY_KIND[kind]
}
