import { QwError } from '../engine/errors.ts'
import type { ObjectStore } from '../engine/ports.ts'
import { readIndexConfig } from '../engine/schema/config-text.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import { shippedConfig } from '../engine/schema/shipped-configs.ts'

interface ConfigSourceSettings {
  /** `s3://bucket/key` of a YAML or JSON config; undefined: only the shipped configs. */
  readonly uri: string | undefined
  /** The index that the config is for; undefined: the one it names. */
  readonly indexId: string | undefined
  /** Age at which documents of that index are dropped unless its config says; 0: never. */
  readonly retentionDays: number
  readonly openBucket: (bucket: string) => ObjectStore
  /** Where notes on the config go: a function has nobody else to tell. */
  readonly log: (fields: Readonly<Record<string, unknown>>) => void
}

const DAY_MS = 86_400_000

/**
 * The config of an index that is about to be created: the configured one for the default index, else
 * a shipped one. Throws `invalid` when the configured one is for another index than it should be.
 */
export function makeConfigSource(
  settings: ConfigSourceSettings,
): (indexId: string) => Promise<IndexConfig | undefined> {
  const { uri, retentionDays } = settings
  return async (indexId) => {
    const configured = uri === undefined ? undefined : await readConfig(uri, settings)
    const defaultId = settings.indexId ?? configured?.indexId
    if (configured !== undefined && configured.indexId !== defaultId) {
      throw new QwError(
        'invalid',
        `${uri} is the config of \`${configured.indexId}\`, and the index is \`${defaultId}\``,
        { fix: 'set QW_LAMBDA_INDEX_ID to the index_id of the config' },
      )
    }
    if (indexId !== defaultId) return shippedConfig(indexId)
    return withRetention(configured ?? shippedConfig(indexId), retentionDays)
  }
}

async function readConfig(
  uri: string,
  { openBucket, log }: ConfigSourceSettings,
): Promise<IndexConfig> {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)
  if (match === null) {
    throw new QwError('invalid', `index config \`${uri}\` is not of the form s3://bucket/key`)
  }
  const object = await openBucket(match[1] ?? '').get(match[2] ?? '')
  const { config, notes } = readIndexConfig(new TextDecoder().decode(object?.bytes), 'auto')
  for (const note of notes) log({ event: 'index-config-note', uri, note })
  return config
}

/** A retention of its own counts more; without a time field nothing is ever too old. */
export function withRetention(
  config: IndexConfig | undefined,
  days: number,
): IndexConfig | undefined {
  if (config === undefined || days === 0) return config
  if (config.retention !== undefined || config.docMapping.timestampField === undefined) {
    return config
  }
  const retention = { periodMs: days * DAY_MS, period: `${days} days`, schedule: 'hourly' }
  return { ...config, retention }
}
