import type { Partition } from '../../aws/partition.ts'
import type { ObjectStore } from '../../engine/ports.ts'
import { QwError } from '../../engine/errors.ts'
import type { CloudPorts } from '../../deploy/ports.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { CliContext } from '../command/context.ts'
import { hasOwnCredentials, profileRegion } from './aws-profiles.ts'

/** AWS as this command reaches it: one account, one Region. */
export interface AwsSession {
  readonly region: string
  /** Of the Region: how ARNs and hosts are called there. */
  readonly partition: Partition
  readonly profile: string | undefined
  /** Address of another server than AWS, from AWS_ENDPOINT_URL. */
  readonly endpoint: string | undefined
  readonly ports: CloudPorts
  /** A bucket with the caller's own credentials; failed requests are repeated. */
  openBucket(bucket: string): ObjectStore
}

/** Where the settings leave something open. */
export interface SessionPlace {
  readonly region?: string | undefined
  readonly profile?: string | undefined
}

/** Tries of one request to S3 and their pauses. */
const RETRIES = { attemptsMax: 5, pauseMsFirst: 100, pauseMsMax: 3_000, timeoutMs: 60_000 }

/** Loads the adapters; no request is sent yet. Throws `invalid` REGION-NONE. */
export async function openAwsSession(
  context: CliContext,
  place: SessionPlace = {},
): Promise<AwsSession> {
  const { env, settings, clock } = context
  const profile = place.profile ?? settings.get('profile')
  const region =
    place.region ?? settings.get('region') ?? (await profileRegion(env, profile)) ?? noRegion()
  const endpoint = env['AWS_ENDPOINT_URL']
  const aws = { region, profile, endpoint: endpoint === '' ? undefined : endpoint }
  await prepareSdk(env, profile)
  const [{ openCloud }, { partitionOf }, { callerCredentials }, { s3Store }, { retryingStore }] =
    await Promise.all([
      import('../../aws/open-cloud.ts'),
      import('../../aws/partition.ts'),
      import('../../aws/credentials.ts'),
      import('../../aws/s3-store.ts'),
      import('../../stores/retrying-store.ts'),
    ])
  const ports = openCloud(aws, clock)
  const credentials = callerCredentials(aws)
  return {
    ...aws,
    partition: partitionOf(region),
    ports: {
      ...ports,
      api: { get: (url, ...rest) => ports.api.get(gatewayAt(url, aws.endpoint), ...rest) },
    },
    openBucket: (bucket) =>
      retryingStore(s3Store({ ...aws, bucket, credentials, clock }), {
        clock,
        random: systemRandom,
        ...RETRIES,
      }),
  }
}

/** The SDK reads these two from the process itself. */
async function prepareSdk(env: CliContext['env'], profile: string | undefined): Promise<void> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  // Asking an instance for its role takes seconds where there is none.
  if (await hasOwnCredentials(env, profile)) process.env['AWS_EC2_METADATA_DISABLED'] ??= 'true'
}

/** Servers that stand in for AWS answer API Gateway under a path, since they own no such host name. */
export function gatewayAt(url: string, endpoint: string | undefined): string {
  const match = /^https:\/\/([^.]+)\.execute-api\.[^/]+\/([^/]+)(\/.*)?$/.exec(url)
  if (endpoint === undefined || match === null) return url
  const [, api, stage, path = ''] = match
  return `${endpoint.replace(/\/$/, '')}/restapis/${api}/${stage}/_user_request_${path}`
}

function noRegion(): never {
  throw new QwError('invalid', 'no AWS Region is set', {
    code: 'REGION-NONE',
    fix: 'pass --region, such as --region us-east-1, or set AWS_REGION',
  })
}
