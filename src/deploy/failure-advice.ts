import { kindOfCode, QwError, type ErrorCode } from '../engine/errors.ts'
import type { StackEvent } from './ports.ts'

interface Advice {
  readonly pattern: RegExp
  readonly code: ErrorCode
  readonly fix: string
}

/** AWS tells a resource's failure in prose alone; these are the ones users meet. */
const KNOWN: readonly Advice[] = [
  {
    pattern: /MemorySize.*less than or equal to (\d+)/i,
    code: 'QUOTA-MEMORY',
    fix: 'new accounts allow 3008 MB: pass --indexer-memory 3008 --searcher-memory 3008',
  },
  {
    pattern: /concurren/i,
    code: 'QUOTA-CONCURRENCY',
    fix: 'ask AWS for a higher quota L-B99A9384, then deploy again',
  },
  {
    pattern: /explicit deny in a service control policy/i,
    code: 'PERM-SCP',
    fix: 'an organisation policy forbids it: ask its owner, or try another --region',
  },
  {
    pattern: /not authorized to perform|access ?denied/i,
    code: 'PERM-MISSING',
    fix: 'qw-lambda deploy --print-policy shows every permission needed',
  },
  {
    pattern: /expired ?token|security token .* expired/i,
    code: 'CRED-EXPIRED',
    fix: 'log in again, then run the same command: it goes on from here',
  },
  {
    pattern: /scheduled for deletion/i,
    code: 'SECRET-PENDING',
    fix: 'restore the secret or choose another --name',
  },
  {
    pattern: /api ?key.*already exists/i,
    code: 'KEY-TAKEN',
    fix: 'another API key of this account and Region has this value: give one of your own that is new, or none to have one generated',
  },
  {
    pattern: /CloudWatch Logs role ARN must be set/i,
    code: 'API-LOG-ROLE',
    fix: 'set the log role in the settings of API Gateway, which the whole account shares, or pass --no-api-access-log',
  },
  {
    pattern: /limit exceeded|maximum number|quota/i,
    code: 'QUOTA',
    fix: 'remove what is not needed or ask AWS for a higher quota',
  },
  {
    pattern: /already exists/i,
    code: 'NAME-TAKEN',
    fix: 'choose another --name, or delete what has the name',
  },
]

const UNKNOWN: Omit<Advice, 'pattern'> = {
  code: 'STACK-FAILED',
  fix: 'correct the cause and run the same command again',
}

/** The first failure in time order. The rest of a failed operation is its clean-up. */
export function firstCause(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(
    (event) => event.status.endsWith('_FAILED') && !/cancell?ed/i.test(event.reason ?? ''),
  )
  const isStack = (event: StackEvent) => event.type === 'AWS::CloudFormation::Stack'
  return failed.find((event) => !isStack(event)) ?? failed[0]
}

/** `what` says what was being done, such as `create the stack qw-lambda-shop`. */
export function failureError(
  what: string,
  cause: { readonly logicalId: string; readonly reason: string },
): QwError {
  const { code, fix } = KNOWN.find(({ pattern }) => pattern.test(cause.reason)) ?? UNKNOWN
  const message = `could not ${what}: ${cause.logicalId}: ${cause.reason}`
  return new QwError(kindOfCode(code), message, { code, fix })
}
