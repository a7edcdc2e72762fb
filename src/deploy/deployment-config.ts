import { QwError } from '../engine/errors.ts'
import { INDEX_ID } from '../engine/schema/index-id.ts'
import {
  choice,
  count,
  flag,
  mapped,
  object,
  optional,
  required,
  text,
  withDefault,
  type Shape,
} from '../engine/schema/shape.ts'
import { hasBudgets, REGION_PATTERN } from './regions.ts'

/** What the user wants, complete and checked. Saved as one section of the project file, and safe to
 *  commit: it holds no key and no name that AWS made. */
export interface DeploymentConfig {
  readonly name: string
  readonly region: string
  /** Deploying into any other account is refused. */
  readonly accountId: string | undefined
  readonly index: {
    readonly id: string
    /** Path of the index config, relative to the project file; absent for a shipped one. */
    readonly configFile: string | undefined
    /** 0 keeps documents for ever. */
    readonly retentionDays: number
  }
  readonly functions: {
    readonly arch: 'arm64' | 'x86_64'
    readonly indexerMemoryMb: number
    readonly searcherMemoryMb: number
    readonly indexerTimeoutSeconds: 120 | 300 | 900
    /** Indexers that work off the queue at once. */
    readonly indexerConcurrency: number
    readonly settings: Readonly<Record<string, string>>
  }
  /** Absent: no sample data. */
  readonly generator: { readonly everyMinutes: number; readonly docs: number } | undefined
  readonly api: boolean
  /** Over all keys together: what a key in wrong hands can cost is bounded by them. */
  readonly apiLimits: {
    readonly requestsPerSecond: number
    readonly burst: number
    /** 0: no limit. */
    readonly requestsPerDay: number
  }
  /** Needs the account's role for API Gateway's logs. */
  readonly apiAccessLog: boolean
  /** A page to look at the data in a browser, open to everybody, behind the API that needs the key. */
  readonly page: boolean
  readonly firehose: boolean
  /** A bucket of the same account whose files may be indexed in place. */
  readonly sourceBucket: string | undefined
  /** Keys that begin so, of that bucket, are the data; empty for all. */
  readonly sourcePrefix: string
  /** How new objects of it are heard of; `auto`: by EventBridge where the bucket tells it already, else
   *  by a notification of its own. `settleSource` chooses. */
  readonly sourceEvents: 'none' | 'auto' | 'eventbridge' | 'notification'
  /** The key that the source bucket is encrypted with, where it has one of its own. */
  readonly sourceKmsKeyArn: string | undefined
  /** ARN of the policy that bounds every role of the stack. */
  readonly permissionsBoundary: string | undefined
  /** Files that were not indexed by then are lost. */
  readonly stagedFileDays: number
  readonly logRetentionDays: number
  readonly alarms: 'none' | 'essential' | 'all'
  readonly notifyEmail: string | undefined
  /** 0: no budget. */
  readonly monthlyBudgetUsd: number
}

interface FunctionSetting {
  /** The template parameter behind it. */
  readonly parameter: string
  /** The template's own default. */
  readonly fallback: string
  readonly about: string
  readonly value: Shape<string>
}

const ON_OR_OFF = choice(['true', 'false'])
const NUMBER = text({
  pattern: /^\d+(\.\d+)?$/,
  refusal: (written) => `expected digits as text, got \`${written}\``,
})
/** The template's own limit; the account's concurrency is often lower. */
export const LEAF_CALLS_MAX = 1_000
const LEAF_CALLS = text({
  pattern: /^(\d{1,3}|1000)$/,
  refusal: (written) =>
    `expected a whole number from 0 to ${LEAF_CALLS_MAX} as text, got \`${written}\``,
})
const SIZE = text({
  pattern: /^\d+(\.\d+)?\s*[KMGkmg]?[Bb]?$/,
  refusal: (written) => `expected a size such as 64M, got \`${written}\``,
})

/** Settings of the deployed functions that a user may choose, by the name of their variable. */
export const FUNCTION_SETTINGS: Readonly<Record<string, FunctionSetting>> = {
  QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: {
    parameter: 'MetastorePollingSeconds',
    fallback: '60',
    about: 'A warm searcher looks for new documents this often.',
    value: NUMBER,
  },
  QW_LAMBDA_PARTIAL_REQUEST_CACHE_CAPACITY: {
    parameter: 'RequestCacheCapacity',
    fallback: '64M',
    about: 'Memory for answers of single splits.',
    value: SIZE,
  },
  QW_LAMBDA_LEAF_CALLS: {
    parameter: 'LeafCalls',
    fallback: '0',
    about: 'Other runs of the searcher that one search may hand splits to; 0: none.',
    value: LEAF_CALLS,
  },
  QW_LAMBDA_DISABLE_MERGE: {
    parameter: 'DisableMerge',
    fallback: 'false',
    about: 'Whether the indexer leaves splits as they are.',
    value: ON_OR_OFF,
  },
  QW_LAMBDA_DISABLE_JANITOR: {
    parameter: 'DisableJanitor',
    fallback: 'false',
    about: 'Whether the indexer deletes nothing.',
    value: ON_OR_OFF,
  },
  QW_LAMBDA_ENABLE_VERBOSE_JSON_LOGS: {
    parameter: 'VerboseLogs',
    fallback: 'false',
    about: 'Whether the functions log each request to S3.',
    value: ON_OR_OFF,
  },
}

const GENERATOR = object({
  everyMinutes: withDefault('A batch this often.', count(1, 1440), 5),
  docs: withDefault('Documents of a batch.', count(1, 1_000_000), 100_000),
})

type Generator = ReturnType<typeof GENERATOR.read>

/** False: no sample data. */
const GENERATOR_OR_NONE: Shape<Generator | undefined> = {
  schema: { anyOf: [{ const: false }, GENERATOR.schema] },
  read: (value, place) => (value === false ? undefined : GENERATOR.read(value, place)),
}

const FUNCTIONS = object({
  arch: withDefault('Processor; arm64 is a fifth cheaper.', choice(['arm64', 'x86_64']), 'arm64'),
  indexerMemoryMb: withDefault('Memory of the indexer.', count(512, 10_240), 3008),
  searcherMemoryMb: withDefault('Memory of the searcher.', count(256, 10_240), 3008),
  indexerTimeoutSeconds: withDefault('Of one run of the indexer.', choice([120, 300, 900]), 300),
  indexerConcurrency: withDefault(
    'Runs of the indexer at once.',
    choice([2, 5, 10, 20, 50, 100, 500, 1_000]),
    2,
  ),
  settings: withDefault(
    'Variables of the functions.',
    mapped(
      object(
        Object.fromEntries(
          Object.entries(FUNCTION_SETTINGS).map(([name, { about, value }]) => {
            return [name, optional(about, value)]
          }),
        ),
      ),
      chosenOf,
    ),
    {},
  ),
})

function chosenOf(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const chosen = Object.entries(values).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined
  })
  return Object.fromEntries(chosen)
}

const API_LIMITS = object({
  requestsPerSecond: withDefault('Steadily.', count(1, 10_000), 50),
  burst: withDefault('At once.', count(1, 5_000), 100),
  requestsPerDay: withDefault('A day; 0: no limit.', count(0, 1_000_000_000), 100_000),
})

/** As long as the queue keeps the event of a file. */
const STAGED_FILE_DAYS_MAX = 10

const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]

const SECTION = {
  accountId: optional(
    'Deploying into any other account is refused.',
    text({ pattern: /^\d{12}$/ }),
  ),
  index: withDefault(
    'The index that sample data and staged files go to.',
    object({
      id: withDefault('What it is called.', INDEX_ID, 'mock-sales'),
      configFile: optional('Its config, relative to this file.', text({ pattern: /./ })),
      retentionDays: withDefault('Documents stay this long; 0: for ever.', count(0, 36_500), 30),
    }),
    {},
  ),
  functions: withDefault('The deployed functions.', FUNCTIONS, {}),
  generator: withDefault('Sample data, or false.', GENERATOR_OR_NONE, {}),
  api: withDefault('With an HTTP API and a key.', flag, true),
  apiLimits: withDefault('Of all keys together.', API_LIMITS, {}),
  apiAccessLog: withDefault('With one log line a request of the HTTP API.', flag, false),
  page: withDefault('With a page to look at the data in a browser.', flag, false),
  firehose: withDefault('With a delivery stream for single records.', flag, false),
  sourceBucket: optional(
    'A bucket of the same account whose files may be indexed in place.',
    text({ pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/ }),
  ),
  sourcePrefix: withDefault('Keys of it that are data begin so.', text({ pattern: /^(?!\/)/ }), ''),
  sourceEvents: withDefault(
    'How its new objects are heard of.',
    choice(['none', 'auto', 'eventbridge', 'notification']),
    'none',
  ),
  sourceKmsKeyArn: optional(
    'The key that this bucket is encrypted with.',
    text({ pattern: /^arn:[a-z-]+:kms:[^:]+:\d{12}:key\/.+$/ }),
  ),
  permissionsBoundary: optional(
    'A policy that bounds every role of the stack.',
    text({ pattern: /^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/ }),
  ),
  stagedFileDays: withDefault(
    'Staged files stay this long, indexed or not.',
    count(1, STAGED_FILE_DAYS_MAX),
    4,
  ),
  logRetentionDays: withDefault('Logs stay this long.', choice(LOG_RETENTION_DAYS), 14),
  alarms: withDefault('Which alarms there are.', choice(['none', 'essential', 'all']), 'essential'),
  notifyEmail: optional('Who hears of them.', text({ pattern: /^[^@\s]+@[^@\s]+$/ })),
  monthlyBudgetUsd: withDefault('Alert above this a month; 0: never.', count(0, 1_000_000), 0),
}

/** Long enough, and short enough that no name which CloudFormation makes from the stack's, a resource's
 *  and thirteen characters of its own is cut: a function's may have 64, and `GeneratorFunction` is the
 *  longest. The printed policy goes by how those names begin; those of buckets have small letters
 *  alone, so that a deployment `shop-indexbucket` would have names that begin like a bucket of `shop`. */
export const DEPLOYMENT_NAME = /^(?!.*-(?:index|staging)bucket)[a-z][a-z0-9-]{2,21}$/

export const REGION = text({
  pattern: REGION_PATTERN,
  refusal: (region) => `\`${region}\` is no Region such as eu-west-1`,
})

/** What the project file keeps under `deployment`; name and Region stand above it. */
export const DEPLOYMENT_SECTION = object(SECTION)

const DEPLOYMENT = object({
  name: required('Names the stack.', text({ pattern: DEPLOYMENT_NAME })),
  region: required('Where it is.', REGION),
  ...SECTION,
})

/** Fills in every default. Throws `invalid` with the path of the setting. */
export function parseDeploymentConfig(value: unknown): DeploymentConfig {
  const config = DEPLOYMENT.read(value, { document: 'deployment', path: '' })
  if (config.monthlyBudgetUsd > 0 && config.notifyEmail === undefined) {
    throw new QwError('invalid', 'monthlyBudgetUsd is set and notifyEmail is not', {
      fix: 'give --budget-email, or nobody would hear of the alert',
    })
  }
  if (config.monthlyBudgetUsd > 0 && !hasBudgets(config.region)) {
    throw new QwError('invalid', `AWS has no budgets in ${config.region}`, {
      fix: 'pass --budget 0, and make the budget in the console: it lives in another Region',
    })
  }
  if (config.page && !config.api) {
    throw new QwError('invalid', 'page is on and api is off: the page stands behind the HTTP API', {
      fix: 'pass --api, or --no-page',
    })
  }
  const ofSource = [
    ...(config.sourceKmsKeyArn === undefined ? [] : ['sourceKmsKeyArn']),
    ...(config.sourcePrefix === '' ? [] : ['sourcePrefix']),
    ...(config.sourceEvents === 'none' ? [] : ['sourceEvents']),
  ]
  if (ofSource.length > 0 && config.sourceBucket === undefined) {
    throw new QwError('invalid', `${ofSource.join(' and ')} is set and sourceBucket is not`, {
      fix: 'name the bucket with --source-bucket',
    })
  }
  return config
}

/** The section as it is saved: `parseDeploymentConfig` gives the same value back. */
export function serializeDeploymentConfig(config: DeploymentConfig): Record<string, unknown> {
  return { ...config, generator: config.generator ?? false }
}
