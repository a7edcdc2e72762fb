import { kindOfCode, QwError } from '../../engine/errors.ts'

/** Why an object of a deployment was not indexed, with what to do about it. */
export function runError(
  path: string,
  run: { readonly state: string; readonly error: string | undefined },
): QwError {
  const reason =
    run.error ?? (run.state === 'tooManyRejects' ? 'too many rejected documents' : run.state)
  if (/s3:GetObject|not allowed/i.test(reason)) {
    return new QwError('invalid', `${path}: ${reason}`, {
      code: 'PERM-MISSING',
      fix: 'let the indexer read that bucket: qw-lambda deploy --source-bucket <bucket>',
    })
  }
  const code = run.state === 'tooManyRejects' ? 'INGEST-REJECTS' : 'INGEST-FAILED'
  return new QwError(kindOfCode(code), `${path}: ${reason}`, {
    code,
    fix: 'qw-lambda ingest failures\nqw-lambda logs indexer --errors',
  })
}
