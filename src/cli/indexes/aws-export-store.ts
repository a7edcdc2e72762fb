import { QwError } from '../../engine/errors.ts'
import type { ObjectStore } from '../../engine/ports.ts'
import { prefixStore } from '../../stores/prefix-store.ts'
import type { CliContext } from '../command/context.ts'
import type { StoredPlace } from '../intake/stored-place.ts'
import { currentDeployment, outputOf } from '../stack/aws-deployment.ts'
import { openAwsSession } from '../stack/aws-session.ts'
import { isCloudTarget } from '../stack/target.ts'

/** A prefix as an export writes to it, with the caller's own credentials. Throws `invalid` for the buckets
 *  of the deployment: what lands in the one is indexed again, and the other is cleaned up. */
export async function openExportStore(
  context: CliContext,
  { bucket, prefix }: StoredPlace,
): Promise<ObjectStore> {
  if (!isCloudTarget(context)) {
    return prefixStore((await openAwsSession(context)).openBucket(bucket), prefix)
  }
  const deployment = await currentDeployment(context)
  const own = ['StagingBucket', 'IndexBucket'].map((name) => outputOf(deployment, name))
  if (own.includes(bucket)) {
    throw new QwError('invalid', `${bucket} belongs to the deployment ${deployment.name}`, {
      code: 'USAGE',
      why: 'files in the one of its buckets are indexed, and strangers in the other are removed',
      fix: 'export to a bucket of your own',
    })
  }
  return prefixStore(deployment.session.openBucket(bucket), prefix)
}
