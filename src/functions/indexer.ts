import { Metastore } from '../engine/metastore/metastore.ts'
import { prefixStore } from '../stores/prefix-store.ts'
import { openSplitThread } from '../threads/split-thread.ts'
import { makeConfigSource } from './index-config-source.ts'
import { makeIndexerHandler } from './indexer-handler.ts'
import {
  amount,
  coresOf,
  flag,
  indexPlaceOf,
  maxMergeBytes,
  optional,
} from './lambda-environment.ts'
import { makeLambdaHost, type LambdaContext } from './lambda-host.ts'

const { env } = process
const host = makeLambdaHost(env)
const { bucket, prefix } = indexPlaceOf(env)
const indexId = optional(env, 'QW_LAMBDA_INDEX_ID')
const index = makeIndexerHandler(
  {
    ...host,
    splitWork: openSplitThread(coresOf(env)),
    queue: host.openQueue(optional(env, 'QW_LAMBDA_QUEUE_URL')),
    metastore: new Metastore(prefixStore(host.openBucket(bucket), prefix), host),
    configFor: makeConfigSource({
      uri: optional(env, 'QW_LAMBDA_INDEX_CONFIG_URI'),
      indexId,
      retentionDays: amount(env, 'QW_LAMBDA_RETENTION_DAYS', 0),
      openBucket: host.openBucket,
      log: host.log,
    }),
  },
  {
    mergesEnabled: !flag(env, 'QW_LAMBDA_DISABLE_MERGE'),
    janitorEnabled: !flag(env, 'QW_LAMBDA_DISABLE_JANITOR'),
    maxMergeBytes: maxMergeBytes(env),
    stagingBucket: optional(env, 'QW_LAMBDA_STAGING_BUCKET'),
    defaultIndexId: indexId,
    sourcePrefix: optional(env, 'QW_LAMBDA_SOURCE_PREFIX'),
  },
)

export const handler = (event: unknown, context: LambdaContext) => index(event, host.begin(context))
