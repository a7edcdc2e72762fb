import { objectSource, type Source } from '../../engine/sources/source.ts'
import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { countStored, type StoredCount } from '../intake/aws-stored-listing.ts'
import { storedPlace, type StoredPlace } from '../intake/stored-place.ts'
import { openAwsSession } from '../stack/aws-session.ts'
import type { AwsAnswers } from './target-aws.ts'

/** A bucket of the user's own, as it was found before anything is made for it. */
export interface SourceLook {
  readonly place: StoredPlace
  /** Undefined for a single object. */
  readonly count: StoredCount | undefined
  /** Whether new objects can be followed: all of a prefix, in a bucket of this account. */
  readonly canFollow: boolean
  /** ARN of the key that the objects are encrypted with. */
  readonly kmsKeyArn: string | undefined
  /** A few objects from all over the listing, to be looked into. */
  readonly samples: readonly (() => Promise<Source>)[]
}

/**
 * Looks without changing anything: where the bucket is and whose, what lies below the prefix, how it is
 * encrypted. Throws `invalid` REGION-WRONG, BUCKET-NONE, PERM-MISSING; `notFound` when there is no data.
 */
export async function lookAtSource(
  context: CliContext,
  { region, profile }: AwsAnswers,
  from: string,
): Promise<SourceLook> {
  const place = storedPlace(from)
  const { bucket } = place
  const session = await openAwsSession(context, { region, profile })
  const { sourceBuckets, account } = session.ports
  const { accountId } = await account.identity()
  const found = await sourceBuckets.look(bucket, accountId)
  if (found.region !== undefined && found.region !== region) {
    throw new QwError('invalid', `the bucket ${bucket} is in ${found.region}, not in ${region}`, {
      code: 'REGION-WRONG',
      fix: `deploy there: --region ${found.region}`,
    })
  }
  if (found.owner === 'other') {
    context.report.warn(
      `${bucket} belongs to another account: what is there is indexed, new objects are not followed.`,
    )
  }
  const count = place.isOne
    ? undefined
    : await countStored(context, sourceBuckets, place, { after: '', isKnown: () => false })
  const keys = count === undefined ? [place.prefix] : count.sample.map(({ key }) => key)
  const [first] = keys
  if (first === undefined) {
    throw new QwError('notFound', `no object below ${place.uri} holds data`, {
      fix: 'name another prefix, or begin without data: --data empty',
    })
  }
  const store = session.openBucket(bucket)
  return {
    place,
    count,
    canFollow: !place.isOne && found.owner === 'own',
    kmsKeyArn: await sourceBuckets.encryptionKey(bucket, first),
    samples: keys.map((key) => async () => {
      const info = await store.head(key, context.signal)
      return objectSource(store, info, `s3://${bucket}/${key}`)
    }),
  }
}
