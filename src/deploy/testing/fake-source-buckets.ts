import { QwError } from '../../engine/errors.ts'
import type { NotificationRule, SourceBucketPort } from '../ports.ts'
import type { FakeSourceBucket, World } from './world.ts'

const PAGE = 1_000

/**
 * Buckets of the user's own. What S3 keeps to:
 *
 * - all of a bucket's notifications are one document, replaced as a whole; the adapter changes one entry
 * - two entries of the same event whose prefixes and suffixes one key could share are refused
 * - keys come in byte order, a thousand at a time
 */
export function fakeSourceBuckets(world: World): SourceBucketPort {
  const need = (name: string): FakeSourceBucket => {
    const bucket = world.sourceBuckets.get(name)
    if (bucket !== undefined) return bucket
    throw new QwError('invalid', `no bucket ${name}`, { code: 'BUCKET-NONE' })
  }
  return {
    look: async (bucket) => {
      world.enter('lookAtSource')
      return need(bucket)
    },
    page: async (bucket, { prefix, after }) => {
      world.enter('pageOfSource')
      const behind = need(bucket).objects.filter(
        ({ key }) =>
          key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
      )
      return { objects: behind.slice(0, PAGE), more: behind.length > PAGE }
    },
    encryptionKey: async () => undefined,
    notifications: async (bucket) => {
      world.enter('sourceNotifications')
      return need(bucket)
    },
    addRule: async (name, rule) => {
      world.enter('addRule')
      const bucket = need(name)
      const others = bucket.rules.filter(({ id }) => id !== rule.id)
      if (others.some((other) => sharesKeys(other, rule))) {
        throw new QwError('conflict', 'InvalidArgument: ambiguously defined', {
          code: 'NOTIFICATION-OVERLAP',
        })
      }
      bucket.rules = [...others, rule]
    },
    removeRule: async (name, id) => {
      world.enter('removeRule')
      const bucket = world.sourceBuckets.get(name)
      if (bucket !== undefined) bucket.rules = bucket.rules.filter((rule) => rule.id !== id)
    },
  }
}

function sharesKeys(a: NotificationRule, b: NotificationRule): boolean {
  const covers = (one: string, other: string): boolean =>
    one === other || (one.endsWith('*') && other.startsWith(one.slice(0, -1)))
  const sameEvent = a.events.some((one) =>
    b.events.some((other) => covers(one, other) || covers(other, one)),
  )
  const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)
  const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix)
  return sameEvent && prefixes && suffixes
}
