import type { NotificationConfiguration, S3Client } from '@aws-sdk/client-s3'
import type * as sdkModule from '@aws-sdk/client-s3'
import type {
  NotificationRule,
  SourceBucketPort,
  SourceObject,
  SourcePage,
} from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

interface Open {
  readonly sdk: typeof sdkModule
  readonly client: S3Client
}

/** Classes that cannot be read as they are. */
const ARCHIVES: readonly (string | undefined)[] = ['GLACIER', 'DEEP_ARCHIVE']

export function makeSourceBuckets(settings: AwsSettings): SourceBucketPort {
  const open = lazy(async (): Promise<Open> => {
    const sdk = await import('@aws-sdk/client-s3')
    const forcePathStyle = settings.endpoint !== undefined
    // A bucket of another Region is to be told from one that does not exist.
    const config = { ...clientConfig(settings), forcePathStyle, followRegionRedirects: true }
    return { sdk, client: new sdk.S3Client(config) }
  })
  return {
    look: async (bucket, accountId) => look(await open(), bucket, accountId),
    page: async (bucket, range, signal) => pageOf(await open(), { bucket, ...range }, signal),
    encryptionKey: async (bucket, key) => encryptionKey(await open(), bucket, key),
    async notifications(bucket) {
      const stored = await readConfiguration(await open(), bucket)
      return { rules: rulesOf(stored), eventBridge: stored.EventBridgeConfiguration !== undefined }
    },
    addRule: async (bucket, rule) => addRule(await open(), bucket, rule),
    removeRule: async (bucket, id) => removeRule(await open(), bucket, id),
  }
}

async function look(
  { sdk, client }: Open,
  bucket: string,
  accountId: string,
): Promise<{ region: string | undefined; owner: 'own' | 'other' }> {
  return call(`look at the bucket ${bucket}`, async () => {
    try {
      const { BucketRegion: region } = await client.send(
        new sdk.HeadBucketCommand({ Bucket: bucket }),
      )
      const owner = await ownerOf({ sdk, client }, bucket, accountId)
      return { region, owner }
    } catch (error) {
      throw isMissing(error) ? missing(bucket, error) : error
    }
  })
}

/** S3 says whose a bucket is only by refusing whoever expects the wrong owner. */
async function ownerOf(
  { sdk, client }: Open,
  Bucket: string,
  ExpectedBucketOwner: string,
): Promise<'own' | 'other'> {
  try {
    await client.send(new sdk.HeadBucketCommand({ Bucket, ExpectedBucketOwner }))
    return 'own'
  } catch (error) {
    if (statusOf(error) === 403) return 'other'
    throw error
  }
}

async function pageOf(
  { sdk, client }: Open,
  range: { readonly bucket: string; readonly prefix: string; readonly after: string },
  abortSignal: AbortSignal | undefined,
): Promise<SourcePage> {
  const { bucket, prefix, after } = range
  return call(`list s3://${bucket}/${prefix}`, async () => {
    try {
      const answer = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(after === '' ? {} : { StartAfter: after }),
          // Keys may hold characters that XML has no way to write.
          EncodingType: 'url',
          OptionalObjectAttributes: ['RestoreStatus'],
        }),
        abortSignal === undefined ? {} : { abortSignal },
      )
      const isEncoded = answer.EncodingType === 'url'
      const objects = (answer.Contents ?? []).map((each): SourceObject => ({
        key: isEncoded ? decoded(each.Key ?? '') : (each.Key ?? ''),
        sizeBytes: each.Size ?? 0,
        etag: (each.ETag ?? '').replaceAll('"', ''),
        modifiedMs: each.LastModified?.getTime() ?? 0,
        archived:
          ARCHIVES.includes(each.StorageClass) &&
          each.RestoreStatus?.RestoreExpiryDate === undefined,
      }))
      return { objects, more: answer.IsTruncated === true && objects.length > 0 }
    } catch (error) {
      throw isMissing(error) ? missing(bucket, error) : error
    }
  })
}

async function encryptionKey(
  { sdk, client }: Open,
  bucket: string,
  key: string,
): Promise<string | undefined> {
  return call(`look at s3://${bucket}/${key}`, async () => {
    const answer = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }))
    return answer.SSEKMSKeyId
  })
}

async function readConfiguration(
  { sdk, client }: Open,
  bucket: string,
): Promise<NotificationConfiguration> {
  return call(`read the notifications of ${bucket}`, async () => {
    try {
      const { $metadata: _, ...stored } = await client.send(
        new sdk.GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
      )
      return stored
    } catch (error) {
      throw isMissing(error) ? missing(bucket, error) : error
    }
  })
}

function rulesOf(stored: NotificationConfiguration): NotificationRule[] {
  const {
    QueueConfigurations: queues = [],
    TopicConfigurations: topics = [],
    LambdaFunctionConfigurations: functions = [],
  } = stored
  return [
    ...queues.map((each) => ({ ...each, target: each.QueueArn })),
    ...topics.map((each) => ({ ...each, target: each.TopicArn })),
    ...functions.map((each) => ({ ...each, target: each.LambdaFunctionArn })),
  ].map(({ Id, Events, Filter, target }) => {
    const filter = (name: string): string =>
      decoded(
        (Filter?.Key?.FilterRules ?? []).find(({ Name }) => Name?.toLowerCase() === name)?.Value ??
          '',
      )
    return {
      id: Id ?? '',
      target: target ?? '',
      events: Events ?? [],
      prefix: filter('prefix'),
      suffix: filter('suffix'),
    }
  })
}

/** All notifications of a bucket are one document, which S3 replaces as a whole and without a
 *  condition: read and written back to back, and everything but our entry as it was read. */
async function addRule(opened: Open, bucket: string, rule: NotificationRule): Promise<void> {
  const stored = await readConfiguration(opened, bucket)
  const others = (stored.QueueConfigurations ?? []).filter(({ Id }) => Id !== rule.id)
  const { prefix, suffix } = rule
  const FilterRules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix' as const, Value: encoded(prefix) }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix' as const, Value: encoded(suffix) }]),
  ]
  const ours = {
    Id: rule.id,
    QueueArn: rule.target,
    // The SDK's list of events is a snapshot; AWS decides which there are.
    Events: rule.events as ['s3:ObjectCreated:*'],
    ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }),
  }
  const changed = { ...stored, QueueConfigurations: [...others, ours] }
  await write(opened, { bucket, changed, skipsValidation: false })
}

/** The targets of others are not tried: one of them that is gone must not keep ours in. */
async function removeRule(opened: Open, bucket: string, id: string): Promise<void> {
  let stored: NotificationConfiguration
  try {
    stored = await readConfiguration(opened, bucket)
  } catch (error) {
    if (error instanceof QwError && error.code === 'BUCKET-NONE') return
    throw error
  }
  const queues = stored.QueueConfigurations ?? []
  const others = queues.filter(({ Id }) => Id !== id)
  if (others.length === queues.length) return
  const changed = { ...stored, QueueConfigurations: others }
  await write(opened, { bucket, changed, skipsValidation: true })
}

async function write(
  { sdk, client }: Open,
  wanted: {
    readonly bucket: string
    readonly changed: NotificationConfiguration
    readonly skipsValidation: boolean
  },
): Promise<void> {
  const { bucket, changed, skipsValidation } = wanted
  await call(`set the notifications of ${bucket}`, async () => {
    try {
      await client.send(
        new sdk.PutBucketNotificationConfigurationCommand({
          Bucket: bucket,
          NotificationConfiguration: changed,
          ...(skipsValidation && { SkipDestinationValidation: true }),
        }),
      )
    } catch (error) {
      if (errorName(error) !== 'InvalidArgument') throw error
      // One word for two things, which only the sentence tells apart.
      const said = error instanceof Error ? error.message : ''
      if (!/overlap|ambiguous/i.test(said)) throw refused(bucket, said, error)
      throw new QwError('conflict', `S3 refuses our notification on ${bucket}: ${said}`, {
        code: 'NOTIFICATION-OVERLAP',
        fix: `look at what is there: aws s3api get-bucket-notification-configuration --bucket ${bucket}`,
        cause: error,
      })
    }
  })
}

/** Mostly another entry's target that does not exist any more. */
function refused(bucket: string, said: string, cause: unknown): QwError {
  return new QwError('conflict', `S3 refuses the notifications of ${bucket}: ${said}`, {
    code: 'SOURCE-EVENTS',
    why: 'S3 tries the target of every entry before it takes any',
    fix: `look at what is there: aws s3api get-bucket-notification-configuration --bucket ${bucket}`,
    cause,
  })
}

/** S3 has filters written as form data, and wants all but its safe characters escaped. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replaceAll('~', '%7E')
}

/** As it is where somebody wrote it unescaped. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function isMissing(error: unknown): boolean {
  return ['NoSuchBucket', 'NotFound'].includes(errorName(error))
}

function missing(bucket: string, cause: unknown): QwError {
  return new QwError('invalid', `there is no bucket ${bucket}`, {
    code: 'BUCKET-NONE',
    fix: 'check the name of the bucket',
    cause,
  })
}

function statusOf(error: unknown): number | undefined {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: number } })
    .$metadata
  return metadata?.httpStatusCode
}
