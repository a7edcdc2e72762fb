import type { S3Client } from '@aws-sdk/client-s3'
import type * as sdkModule from '@aws-sdk/client-s3'
import type {
  BucketEntry,
  BucketNotification,
  BucketPage,
  BucketPort,
  StoredKey,
} from '../deploy/ports.ts'
import { QwError } from '../engine/errors.ts'
import { call, errorName, IN_FLIGHT_NAMES, isUnanswered } from './aws-errors.ts'
import { partitionOf } from './partition.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

interface Open {
  readonly sdk: typeof sdkModule
  readonly client: S3Client
}

export function makeBuckets(settings: AwsSettings): BucketPort {
  const open = lazy(async (): Promise<Open> => {
    const sdk = await import('@aws-sdk/client-s3')
    const forcePathStyle = settings.endpoint !== undefined
    const client = new sdk.S3Client({ ...clientConfig(settings), forcePathStyle })
    retryPuts(client)
    return { sdk, client }
  })
  return {
    tags: async (bucket) => readTags(await open(), bucket),
    create: async (bucket, tags) => create(await open(), { bucket, tags, settings }),
    list: async (bucket, prefix) => list(await open(), bucket, prefix),
    async put(bucket, key, body) {
      const { sdk, client } = await open()
      await call(`put s3://${bucket}/${key}`, () =>
        client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: body })),
      )
    },
    url: (bucket, key) => urlOf(settings, bucket, key),
    entries: async (bucket, next) => entries(await open(), bucket, next),
    deleteEntries: async (bucket, found) => deleteEntries(await open(), bucket, found),
    abortUploads: async (bucket) => abortUploads(await open(), bucket),
    async protect(bucket) {
      const opened = await open()
      await call(`close the bucket ${bucket}`, () => close(opened, bucket, settings))
    },
    notification: async (bucket) => readNotification(await open(), bucket),
    notify: async (bucket, notification) => writeNotification(await open(), bucket, notification),
    async delete(bucket) {
      const { sdk, client } = await open()
      await call(`delete the bucket ${bucket}`, async () => {
        try {
          await client.send(new sdk.DeleteBucketCommand({ Bucket: bucket }))
        } catch (error) {
          if (errorName(error) !== 'NoSuchBucket') throw error
        }
      })
    },
  }
}

/** The SDK repeats throttling and faults. It repeats no 409, although S3 asks for it
 *  (docs/decisions/0017), and not every connection that breaks late; keys of artifacts hold the hash of
 *  their content, so that sending one twice changes nothing. The mark is the SDK's own, set inside its
 *  retries, so that no layer above has to repeat: the name of a deleted bucket is busy for longer. */
function retryPuts(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args)
        } catch (error) {
          const isPassing = IN_FLIGHT_NAMES.includes(errorName(error)) || isUnanswered(error)
          if (commandName !== 'PutObjectCommand' || !isPassing) throw error
          throw Object.assign(error as Error, { $retryable: { throttling: false } })
        }
      },
    { step: 'finalizeRequest', priority: 'low', name: 'retryPuts' },
  )
}

async function readTags(
  { sdk, client }: Open,
  bucket: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  return call(`read the tags of ${bucket}`, async () => {
    try {
      const answer = await client.send(new sdk.GetBucketTaggingCommand({ Bucket: bucket }))
      return Object.fromEntries(
        (answer.TagSet ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']),
      )
    } catch (error) {
      if (errorName(error) === 'NoSuchBucket') return undefined
      if (errorName(error) === 'NoSuchTagSet') return {}
      throw error
    }
  })
}

async function create(
  { sdk, client }: Open,
  wanted: { bucket: string; tags: Readonly<Record<string, string>>; settings: AwsSettings },
): Promise<void> {
  const { bucket: Bucket, tags, settings } = wanted
  const { region } = settings
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const CreateBucketConfiguration = {
    // us-east-1 refuses to be named; every other Region insists on it.
    ...(region !== 'us-east-1' && { LocationConstraint: locationOf(region, sdk) }),
    // Tagged from its first moment: without a tag the next run and teardown would not know it as ours.
    Tags: TagSet,
  }
  await call(`create the bucket ${Bucket}`, async () => {
    try {
      await client.send(new sdk.CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
    } catch (error) {
      const name = errorName(error)
      if (name === 'BucketAlreadyExists') throw takenError(Bucket, error)
      if (name === 'OperationAborted') throw nameBusyError(Bucket, error)
      if (name !== 'BucketAlreadyOwnedByYou') throw error
    }
    // Again, for a bucket that was there: creating it once more succeeds and leaves its tags alone.
    await client.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
    await close({ sdk, client }, Bucket, settings)
  })
}

async function close(
  { sdk, client }: Open,
  Bucket: string,
  { endpoint, region }: AwsSettings,
): Promise<void> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  }
  await client.send(new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }))
  // An emulator without TLS would be locked out by its own policy.
  if (endpoint?.startsWith('http:') === true) return
  await client.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy: tlsOnly(Bucket, region) }))
}

async function readNotification(
  { sdk, client }: Open,
  bucket: string,
): Promise<BucketNotification | undefined> {
  return call(`read the notifications of ${bucket}`, async () => {
    try {
      const answer = await client.send(
        new sdk.GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
      )
      const targets = (answer.QueueConfigurations ?? []).flatMap(({ QueueArn, Events, Filter }) =>
        (Events ?? []).map((event) => ({
          queueArn: QueueArn ?? '',
          event,
          filters: (Filter?.Key?.FilterRules ?? []).map(({ Name, Value }) => ({
            name: (Name ?? '').toLowerCase(),
            value: Value ?? '',
          })),
        })),
      )
      const { TopicConfigurations = [], LambdaFunctionConfigurations = [] } = answer
      return { targets, others: TopicConfigurations.length + LambdaFunctionConfigurations.length }
    } catch (error) {
      if (errorName(error) === 'NoSuchBucket') return undefined
      throw error
    }
  })
}

async function writeNotification(
  { sdk, client }: Open,
  bucket: string,
  { targets }: BucketNotification,
): Promise<void> {
  const QueueConfigurations = targets.map(({ queueArn, event, filters }) => ({
    QueueArn: queueArn,
    // The SDK's list of events is a snapshot; AWS decides which there are.
    Events: [event as 's3:ObjectCreated:*'],
    ...(filters.length > 0 && {
      Filter: {
        Key: {
          FilterRules: filters.map(({ name, value }) => ({
            Name: name as 'prefix' | 'suffix',
            Value: value,
          })),
        },
      },
    }),
  }))
  await call(`set the notifications of ${bucket}`, () =>
    client.send(
      new sdk.PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    ),
  )
}

function locationOf(region: string, sdk: typeof sdkModule) {
  const known = Object.values(sdk.BucketLocationConstraint).find((each) => each === region)
  // The SDK's list is a snapshot; AWS decides what a Region's name is.
  return known ?? (region as (typeof sdk.BucketLocationConstraint)['eu_west_1'])
}

function tlsOnly(bucket: string, region: string): string {
  const arn = `arn:${partitionOf(region).id}:s3:::${bucket}`
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  })
}

function takenError(bucket: string, cause: unknown): QwError {
  return new QwError('conflict', `the bucket name ${bucket} belongs to another account`, {
    code: 'BUCKET-TAKEN',
    fix: 'choose another --name',
    cause,
  })
}

function nameBusyError(bucket: string, cause: unknown): QwError {
  return new QwError('unavailable', `AWS still holds the name of the deleted bucket ${bucket}`, {
    code: 'BUCKET-NAME-BUSY',
    fix: 'try again in some minutes, or choose another --name',
    cause,
  })
}

async function list({ sdk, client }: Open, bucket: string, prefix: string): Promise<StoredKey[]> {
  return call(`list s3://${bucket}/${prefix}`, async () => {
    const found: StoredKey[] = []
    const pages = sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })
    for await (const page of pages) {
      for (const object of page.Contents ?? []) {
        found.push({ key: object.Key ?? '', sizeBytes: object.Size ?? 0 })
      }
    }
    return found
  })
}

function urlOf(settings: AwsSettings, bucket: string, key: string): string {
  if (settings.endpoint !== undefined) return `${settings.endpoint}/${bucket}/${key}`
  return `https://${bucket}.s3.${settings.region}.${partitionOf(settings.region).domain}/${key}`
}

/** AWS pages versions by two markers; we hand them on as one opaque word. */
async function entries(
  { sdk, client }: Open,
  bucket: string,
  next: string | undefined,
): Promise<BucketPage> {
  return call(`list the versions in ${bucket}`, async () => {
    const [KeyMarker, VersionIdMarker] = next === undefined ? [] : (JSON.parse(next) as string[])
    const answer = await client.send(
      new sdk.ListObjectVersionsCommand({
        Bucket: bucket,
        ...(KeyMarker !== undefined && { KeyMarker }),
        // An empty marker is refused; a bucket without versions has none.
        ...(VersionIdMarker !== undefined && VersionIdMarker !== '' && { VersionIdMarker }),
      }),
    )
    const versions = (answer.Versions ?? []).map((each) => ({
      key: each.Key ?? '',
      versionId: each.VersionId,
      sizeBytes: each.Size ?? 0,
    }))
    const markers = (answer.DeleteMarkers ?? []).map((each) => ({
      key: each.Key ?? '',
      versionId: each.VersionId,
      sizeBytes: 0,
    }))
    const more = answer.IsTruncated === true && answer.NextKeyMarker !== undefined
    return {
      entries: [...versions, ...markers],
      next: more
        ? JSON.stringify([answer.NextKeyMarker, answer.NextVersionIdMarker ?? ''])
        : undefined,
    }
  })
}

async function deleteEntries(
  { sdk, client }: Open,
  bucket: string,
  found: readonly BucketEntry[],
): Promise<{ key: string; reason: string }[]> {
  return call(`delete objects in ${bucket}`, async () => {
    const Objects = found.map(({ key, versionId }) => ({
      Key: key,
      ...(versionId !== undefined && { VersionId: versionId }),
    }))
    const answer = await client.send(
      new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    )
    // Each key fails on its own inside a successful answer.
    return (answer.Errors ?? []).map((error) => ({
      key: error.Key ?? '',
      reason: `${error.Code ?? ''} ${error.Message ?? ''}`.trim(),
    }))
  })
}

async function abortUploads({ sdk, client }: Open, bucket: string): Promise<number> {
  return call(`abort unfinished uploads in ${bucket}`, async () => {
    let aborted = 0
    // The first page each time: what was aborted is no longer on it.
    for (;;) {
      const page = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket }))
      const uploads = page.Uploads ?? []
      if (uploads.length === 0) return aborted
      for (const { Key, UploadId } of uploads) {
        await abortOne({ sdk, client }, { Bucket: bucket, Key, UploadId })
        aborted++
      }
    }
  })
}

async function abortOne(
  { sdk, client }: Open,
  upload: { Bucket: string; Key: string | undefined; UploadId: string | undefined },
): Promise<void> {
  try {
    await client.send(new sdk.AbortMultipartUploadCommand(upload))
  } catch (error) {
    // An upload that ended meanwhile needs no aborting.
    if (errorName(error) !== 'NoSuchUpload') throw error
  }
}
