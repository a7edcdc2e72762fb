import { isUnfinished } from './artifacts.ts'
import type { DeployEvent } from './events.ts'
import { DEPLOYMENT_TAG } from './naming.ts'
import type { BucketPort } from './ports.ts'
import { isQwError, QwError } from '../engine/errors.ts'

interface EmptyRequest {
  readonly bucket: string
  readonly deployment: string
  /** The user vouches for a bucket without our tag. */
  readonly vouched: boolean
  /** The bucket with the zips: recognised without its tag when the run that made it was cut off. */
  readonly isArtifacts: boolean
}

interface Emptied {
  readonly objectsDeleted: number
  readonly bytesDeleted: number
}

/** Rounds over a bucket that somebody keeps writing to. */
const MAX_ROUNDS = 5

/**
 * Deletes every version, delete marker and unfinished upload. A bucket that is gone is empty.
 * Throws `conflict` BUCKET-NOT-OURS without touching anything, and `conflict` BUCKET-NOT-EMPTY with
 * the first key that AWS would not delete and its reason.
 */
export async function* emptyBucket(
  request: EmptyRequest,
  buckets: BucketPort,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, Emptied> {
  const { bucket } = request
  let emptied: Emptied = { objectsDeleted: 0, bytesDeleted: 0 }
  const tags = await buckets.tags(bucket)
  if (tags === undefined) return emptied
  await refuseForeignBucket(request, tags, buckets)
  try {
    await buckets.abortUploads(bucket)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = emptied.objectsDeleted
      for await (const step of deleteAll(bucket, buckets, signal)) {
        emptied = {
          objectsDeleted: emptied.objectsDeleted + step.objectsDeleted,
          bytesDeleted: emptied.bytesDeleted + step.bytesDeleted,
        }
        yield { kind: 'emptying', bucket, ...emptied }
      }
      if (emptied.objectsDeleted === before) return emptied
    }
  } catch (error) {
    if (isQwError(error, 'notFound')) return emptied
    throw error
  }
  throw new QwError('conflict', `${bucket} keeps being filled while it is emptied`, {
    code: 'BUCKET-NOT-EMPTY',
    fix: 'stop what writes to it, then run teardown again',
  })
}

async function refuseForeignBucket(
  request: EmptyRequest,
  tags: Readonly<Record<string, string>>,
  buckets: BucketPort,
): Promise<void> {
  if (tags[DEPLOYMENT_TAG] === request.deployment || request.vouched) return
  if (request.isArtifacts) {
    const keys = (await buckets.list(request.bucket, '')).map(({ key }) => key)
    if (isUnfinished(tags, keys)) return
  }
  throw new QwError(
    'conflict',
    `the bucket ${request.bucket} lacks the tag ${DEPLOYMENT_TAG}=${request.deployment}: refusing to empty it`,
    { code: 'BUCKET-NOT-OURS', fix: `pass --bucket-is-mine ${request.bucket}` },
  )
}

/** One walk over all pages; markers stay valid while what lies before them disappears. */
async function* deleteAll(
  bucket: string,
  buckets: BucketPort,
  signal: AbortSignal | undefined,
): AsyncGenerator<Emptied, void> {
  let next: string | undefined
  do {
    signal?.throwIfAborted()
    const page = await buckets.entries(bucket, next)
    if (page.entries.length > 0) {
      const refused = await buckets.deleteEntries(bucket, page.entries)
      const [first] = refused
      if (first !== undefined) {
        throw new QwError(
          'conflict',
          `${bucket}: AWS would not delete ${refused.length} objects, the first is ${first.key}: ${first.reason}`,
          { code: 'BUCKET-NOT-EMPTY', fix: 'remove what protects it, then run teardown again' },
        )
      }
      const bytesDeleted = page.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
      yield { objectsDeleted: page.entries.length, bytesDeleted }
    }
    next = page.next
  } while (next !== undefined)
}
