import { kindOfCode, QwError, type ErrorCode } from '../engine/errors.ts'

/** What the SDK's errors have in common, read without trusting the type. */
interface SdkFacts {
  readonly name: string
  readonly message: string
  readonly status: number | undefined
  /** Of the socket, such as `ECONNREFUSED`. */
  readonly code: string | undefined
}

interface Meaning {
  readonly code: ErrorCode
  readonly fix: string
}

const THROTTLED: Meaning = {
  code: 'THROTTLED',
  fix: 'wait a minute and run the same command again',
}
const EXPIRED: Meaning = {
  code: 'CRED-EXPIRED',
  fix: 'log in again, for example: aws sso login --profile PROFILE',
}
const NO_CREDENTIALS: Meaning = {
  code: 'CRED-NONE',
  fix: 'aws configure sso, or --profile, or init --target local',
}
const REJECTED: Meaning = {
  code: 'CRED-REJECTED',
  fix: 'check the keys of this profile; a Region that is not enabled answers the same',
}
const SKEW: Meaning = { code: 'CRED-SKEW', fix: 'set the clock of this machine' }
const FORBIDDEN: Meaning = {
  code: 'PERM-MISSING',
  fix: 'qw-lambda deploy --print-policy shows every permission needed',
}
const SCP: Meaning = {
  code: 'PERM-SCP',
  fix: 'an organisation policy forbids it: ask its owner, or try another --region',
}
const REGION_DISABLED: Meaning = {
  code: 'REGION-DISABLED',
  fix: 'enable the Region in the account settings, or choose another --region',
}
const NETWORK: Meaning = {
  code: 'NETWORK',
  fix: 'check the connection and the name of the Region',
}
const NOT_AWS: Meaning = {
  code: 'NETWORK',
  fix: 'what answered is not AWS: look at AWS_ENDPOINT_URL, proxies, and the login page of this network',
}
const GONE: Meaning = { code: 'NOT-FOUND', fix: 'qw-lambda status' }
/** S3 judged nothing, because another operation on the key or bucket was under way. */
const IN_FLIGHT: Meaning = {
  code: 'THROTTLED',
  fix: 'run the same command again',
}
const CONFLICT: Meaning = {
  code: 'CONFLICT',
  fix: 'another change is running: try again in a minute',
}

export const IN_FLIGHT_NAMES = ['ConditionalRequestConflict', 'OperationAborted']

/** One table for all services: names first, since a status says less. */
const BY_NAME: ReadonlyMap<string, Meaning> = new Map([
  ...each(THROTTLED, [
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'SlowDown',
    'LimitExceededException',
    'PriorRequestNotComplete',
  ]),
  ...each(EXPIRED, ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']),
  ...each(NO_CREDENTIALS, ['CredentialsProviderError', 'TokenProviderError']),
  ...each(REJECTED, [
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'MissingAuthenticationToken',
    'IncompleteSignature',
  ]),
  ...each(SKEW, ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']),
  ...each(FORBIDDEN, ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']),
  ...each(REGION_DISABLED, ['OptInRequired', 'SubscriptionRequiredException']),
  ...each(NETWORK, ['TimeoutError', 'NetworkingError']),
  ...each(GONE, [
    'NoSuchBucket',
    'NoSuchKey',
    'NotFound',
    'NoSuchTagSet',
    'ResourceNotFoundException',
    'QueueDoesNotExist',
    'AWS.SimpleQueueService.NonExistentQueue',
    'ChangeSetNotFound',
  ]),
  ...each(CONFLICT, [
    'ResourceConflictException',
    'ResourceInUseException',
    'ConflictException',
    'OperationAbortedException',
    'BucketNotEmpty',
  ]),
  ...each(IN_FLIGHT, IN_FLIGHT_NAMES),
])

/** How the SDK says that a body was a login page's or a proxy's. */
const UNREADABLE = /Deserialization error|XML parse error|is not valid JSON/

const SOCKET_CODES = ['ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE']

/** Runs a call and translates what it throws. `what` completes "could not …". */
export async function call<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw translate(error, what)
  }
}

/** An aborted call keeps its reason; everything else becomes a QwError. */
export function translate(error: unknown, what: string): unknown {
  if (error instanceof QwError) return error
  const facts = factsOf(error)
  if (facts.name === 'AbortError') return error
  const meaning = meaningOf(facts)
  const reason =
    meaning === NOT_AWS
      ? `the answer cannot be read status=${facts.status}`
      : `${facts.name}: ${facts.message}`
  return new QwError(kindOfCode(meaning.code), `could not ${what}: ${reason}`, {
    code: meaning.code,
    fix: meaning.fix,
    cause: error,
  })
}

/** AWS's name for the error, for adapters that know one service's names. */
export function errorName(error: unknown): string {
  return factsOf(error).name
}

/** Whether the connection failed before any status came. */
export function isUnanswered(error: unknown): boolean {
  const { name, status, code } = factsOf(error)
  const isSocket = code !== undefined && SOCKET_CODES.includes(code)
  return status === undefined && (isSocket || name === 'TimeoutError')
}

function meaningOf(facts: SdkFacts): Meaning {
  const { name, message, status, code } = facts
  // The SDK tells these apart in prose alone.
  if (/Region is missing/.test(message)) {
    return { code: 'REGION-NONE', fix: 'pass --region, or set AWS_REGION' }
  }
  if (/signature expired|not yet current/i.test(message)) return SKEW
  const named = BY_NAME.get(name)
  if (named === NO_CREDENTIALS && /expired|invalid|not found or is invalid|login/i.test(message)) {
    return EXPIRED
  }
  if (named === FORBIDDEN && /service control policy/i.test(message)) return SCP
  if (named !== undefined) return named
  if (UNREADABLE.test(message)) return NOT_AWS
  if (code !== undefined && SOCKET_CODES.includes(code)) return NETWORK
  if (status === 401 || status === 403) return FORBIDDEN
  if (status === 404) return GONE
  if (status === 409) return CONFLICT
  if (status === 429) return THROTTLED
  if (status !== undefined && status >= 500) return { ...THROTTLED, code: 'AWS-FAULT' }
  return { code: 'AWS', fix: 'run again with -v for the details' }
}

function factsOf(error: unknown): SdkFacts {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), status: undefined, code: undefined }
  }
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined
  const code = 'code' in error ? error.code : undefined
  return {
    name: error.name,
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
    code: typeof code === 'string' ? code : undefined,
  }
}

function each(meaning: Meaning, names: readonly string[]): [string, Meaning][] {
  return names.map((name) => [name, meaning])
}
