import { withoutUsualPlace } from '../../api/metadata.ts'
import { artifactBucketOf } from '../../deploy/naming.ts'
import type { Identity } from '../../deploy/ports.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { readIndexConfig } from '../../engine/schema/config-text.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import { shippedConfig } from '../../engine/schema/shipped-configs.ts'
import { withRetention } from '../../functions/index-config-source.ts'
import type { Deployment } from './aws-deployment.ts'

/** What a deployment says of its index. */
export interface SaidOfIndex {
  /** A config file; undefined: a shipped config. */
  readonly text: Uint8Array | undefined
  /** For a config without a retention of its own; 0: for ever. */
  readonly retentionDays: number
}

/** What the last deployment said of the index; undefined when that was another one. Costs a GET where it had a
 *  config file. Throws `conflict` when that is gone. */
export async function readSaidOfIndex(
  { session, name, state }: Deployment,
  identity: Identity,
  indexId: string,
): Promise<SaidOfIndex | undefined> {
  const { parameters } = state
  if (parameters['IndexId'] !== indexId) return undefined
  const key = parameters['IndexConfigKey'] ?? ''
  const retentionDays = Number(parameters['DataRetentionDays'] ?? 0)
  if (key === '') return { text: undefined, retentionDays }
  const bucket = artifactBucketOf({ ...identity, deployment: name })
  try {
    return { text: (await session.openBucket(bucket).get(key))?.bytes, retentionDays }
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
    throw new QwError('conflict', `the index config ${key} is gone from ${bucket}`, {
      fix: 'run deploy where qw-lambda.json and its index config are',
      cause: error,
    })
  }
}

/** The config that comes of it; undefined when it is for another index, and without one. `root`: where the
 *  indexes of the deployment lie. */
export function configOfSaid(
  indexId: string,
  { text, retentionDays }: SaidOfIndex,
  root: string,
): IndexConfig | undefined {
  const config =
    text === undefined
      ? shippedConfig(indexId)
      : readIndexConfig(new TextDecoder().decode(text), 'auto').config
  // One for another index is refused where the index is made.
  if (config?.indexId !== indexId) return undefined
  return withRetention(withoutUsualPlace(config, root), retentionDays)
}
