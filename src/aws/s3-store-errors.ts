import { QwError, type ErrorFacts, type ErrorKind } from '../engine/errors.ts'
import { partitionOf } from './partition.ts'
import type { S3Response } from './s3-store-http.ts'
import { textIn } from './s3-store-xml.ts'

/** What was asked, for the message. */
interface S3Action {
  readonly bucket: string
  readonly region: string
  /** Empty: the bucket itself. */
  readonly key: string
  /** The permission that it takes, such as `s3:GetObject`. */
  readonly permission: string
}

type Facts = Pick<ErrorFacts, 'code' | 'fix'>

/** By S3's own word, which says more than a status. */
const BY_WORD: Readonly<Record<string, readonly [ErrorKind, Facts?]>> = {
  NoSuchKey: ['notFound'],
  // Not notFound: that would look as if the bucket were there and empty.
  NoSuchBucket: ['invalid', { code: 'BUCKET-NONE', fix: 'check the name of the bucket' }],
  // The upload was aborted under our hands: the whole put has to start again.
  NoSuchUpload: ['unavailable'],
  PreconditionFailed: ['conflict'],
  // Another operation on the key was under way, so the condition was not even looked at: nothing says
  // that there is an object. S3 asks to try again (docs/decisions/0017).
  ConditionalRequestConflict: ['unavailable'],
  OperationAborted: ['unavailable'],
  SlowDown: ['unavailable', { code: 'THROTTLED' }],
  RequestTimeout: ['unavailable'],
  // With a status of 200 when S3 had begun to answer.
  InternalError: ['unavailable'],
  ServiceUnavailable: ['unavailable'],
  // The body was damaged on the way.
  BadDigest: ['unavailable'],
  IncompleteBody: ['unavailable'],
  XAmzContentSHA256Mismatch: ['unavailable'],
  EntityTooLarge: ['tooLarge'],
  // In Glacier, or in an archive tier of Intelligent-Tiering, which no listing shows.
  InvalidObjectState: [
    'invalid',
    { code: 'OBJECT-ARCHIVED', fix: 'restore the object, then index it again' },
  ],
  KeyTooLongError: ['invalid'],
  InvalidRange: ['invalid'],
  ExpiredToken: ['invalid', expired()],
  TokenRefreshRequired: ['invalid', expired()],
  RequestTimeTooSkewed: ['invalid', { code: 'CRED-SKEW', fix: 'set the clock of this machine' }],
  InvalidAccessKeyId: ['invalid', rejected()],
  InvalidToken: ['invalid', rejected()],
  SignatureDoesNotMatch: ['invalid', rejected()],
}

/** The error that an answer with a failing status means. */
export function s3Failure(response: S3Response, action: S3Action): QwError {
  const { status, headers } = response
  const body = new TextDecoder().decode(response.body)
  const word = textIn(body, 'Code') ?? ''
  const reason = [String(status), word, textIn(body, 'Message')].filter(Boolean).join(' ')
  const place = `s3://${action.bucket}/${action.key}`
  const otherRegion = headers['x-amz-bucket-region'] ?? textIn(body, 'Region')
  if (typeof otherRegion === 'string' && otherRegion !== action.region && isRefusal(status)) {
    return new QwError(
      'invalid',
      `the bucket ${action.bucket} is in ${otherRegion}, not in ${action.region}`,
      { code: 'REGION-WRONG', fix: `use --region ${otherRegion}` },
    )
  }
  const named = BY_WORD[word]
  if (named !== undefined) {
    const [kind, facts] = named
    return new QwError(kind, `${action.permission} on ${place}: ${reason}`, facts)
  }
  if (status === 401 || status === 403) return forbidden(reason, place, action)
  return new QwError(kindOf(status), `${action.permission} on ${place}: ${reason}`)
}

function isRefusal(status: number): boolean {
  return [301, 307, 400, 403].includes(status)
}

function kindOf(status: number): ErrorKind {
  if (status === 404) return 'notFound'
  if (status === 412) return 'conflict'
  if (status === 416) return 'invalid'
  if (status === 409 || status === 429 || status >= 500) return 'unavailable'
  return 'internal'
}

function forbidden(reason: string, place: string, action: S3Action): QwError {
  const { permission, bucket, region } = action
  const byOrganisation = /service control policy/i.test(reason)
  const resource = permission === 's3:ListBucket' ? bucket : `${bucket}/*`
  return new QwError('invalid', `not allowed: ${permission} on ${place} (${reason})`, {
    code: byOrganisation ? 'PERM-SCP' : 'PERM-MISSING',
    why: 'S3 also answers so for a missing object when s3:ListBucket is not allowed, for a key that may not be used (kms:Decrypt), and for a bucket of another account that lets requesters pay',
    fix: byOrganisation
      ? 'an organisation policy forbids it: ask its owner'
      : `allow ${permission} on arn:${partitionOf(region).id}:s3:::${resource}`,
  })
}

function expired(): Facts {
  return { code: 'CRED-EXPIRED', fix: 'log in again, for example: aws sso login --profile PROFILE' }
}

function rejected(): Facts {
  return { code: 'CRED-REJECTED', fix: 'check the access key, its secret and its session token' }
}
