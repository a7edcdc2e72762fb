import { QwError } from '../../engine/errors.ts'

/** What an `s3://` address means: one object, or everything below a prefix. */
export interface StoredPlace {
  readonly bucket: string
  /** Of every key; the whole key of a single object. */
  readonly prefix: string
  readonly isOne: boolean
  /** `s3://bucket/prefix`, which is how the URIs of its objects begin. */
  readonly uri: string
}

/** `s3://bucket`, `s3://bucket/prefix/` or `s3://bucket/key`. Throws `invalid`. */
export function storedPlace(address: string): StoredPlace {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(address)
  if (match === null) {
    throw new QwError('invalid', `\`${address}\` is no address in S3`, {
      code: 'USAGE',
      fix: 'write s3://bucket/prefix/ for all below it, or s3://bucket/key for one object',
    })
  }
  const [, bucket = '', prefix = ''] = match
  const isOne = prefix !== '' && !prefix.endsWith('/')
  return { bucket, prefix, isOne, uri: `s3://${bucket}/${prefix}` }
}
