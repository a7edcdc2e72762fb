import { QwError } from '../../engine/errors.ts'
import type { BucketEntry, BucketPort } from '../ports.ts'
import type { FakeBucket, World } from './world.ts'

const PAGE = 1_000

function needBucket(world: World, name: string): FakeBucket {
  const bucket = world.bucketsByName.get(name)
  if (bucket === undefined) throw new QwError('notFound', `no bucket ${name}`)
  return bucket
}

/** S3: a bucket is deleted only when it is empty; deleting objects fails for each on its own. */
export function fakeBuckets(world: World): BucketPort {
  const need = (name: string): FakeBucket => needBucket(world, name)
  return {
    tags: async (bucket) => {
      world.enter('bucketTags')
      return world.bucketsByName.get(bucket)?.tags
    },
    create: async (name, tags) => {
      world.enter('createBucket')
      const entries = world.bucketsByName.get(name)?.entries ?? []
      world.bucketsByName.set(name, { tags, entries, tlsOnly: true })
    },
    protect: async (bucket) => {
      world.enter('protect')
      need(bucket).tlsOnly = true
    },
    list: async (bucket) => {
      world.enter('listBucket')
      return world.bucketsByName.get(bucket)?.entries ?? []
    },
    put: async (bucket, key, body) => {
      world.enter('put')
      need(bucket).entries.push({ key, versionId: undefined, sizeBytes: body.length })
      if (key.startsWith('templates/')) world.templates.set(key, Buffer.from(body).toString())
    },
    url: (_bucket, key) => key,
    entries: async (bucket, next) => {
      world.enter('entries')
      const start = Number(next ?? 0)
      const all = need(bucket).entries
      const page = all.slice(start, start + PAGE)
      // Deleting shifts what follows, so the next page begins where this one did.
      return { entries: page, next: all.length > start + PAGE ? String(start) : undefined }
    },
    deleteEntries: async (name, entries) => {
      world.enter('deleteEntries')
      const bucket = need(name)
      const isRefused = ({ key }: BucketEntry) => world.undeletableKeys.includes(key)
      const isMeant = (entry: BucketEntry) =>
        entries.some(({ key, versionId }) => key === entry.key && versionId === entry.versionId)
      bucket.entries = bucket.entries.filter((entry) => !isMeant(entry) || isRefused(entry))
      return entries
        .filter(isRefused)
        .map(({ key }) => ({ key, reason: 'AccessDenied Access Denied' }))
    },
    abortUploads: async () => {
      world.enter('abortUploads')
      return 0
    },
    notification: async (bucket) => {
      world.enter('bucketNotification')
      return world.bucketsByName.get(bucket)?.notification
    },
    notify: async (bucket, notification) => {
      world.enter('notifyBucket')
      need(bucket).notification = notification
    },
    delete: async (name) => {
      world.enter('deleteBucket')
      if ((world.bucketsByName.get(name)?.entries.length ?? 0) > 0) {
        throw new QwError('conflict', `${name} is not empty`, { code: 'CONFLICT' })
      }
      world.bucketsByName.delete(name)
      for (const resource of world.resources) {
        if (resource.id === name) resource.deletedAtMs ??= world.nowMs
      }
    },
  }
}
