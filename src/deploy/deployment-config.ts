import { QwError } from '../engine/errors.ts'
import { hasBudgets, REGION_PATTERN } from './partition.ts'

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
  readonly firehose: boolean
  /** A bucket of the same account whose files may be indexed in place. */
  readonly sourceBucket: string | undefined
  /** The key that the source bucket is encrypted with, where it has one of its own. */
  readonly sourceKmsKeyArn: string | undefined
  /** ARN of the policy that bounds every role of the stack. */
  readonly permissionsBoundary: string | undefined
  readonly logRetentionDays: number
  readonly alarms: 'none' | 'essential' | 'all'
  readonly notifyEmail: string | undefined
  /** 0: no budget. */
  readonly monthlyBudgetUsd: number
}

/** Settings of the deployed functions that a user may choose, with the template parameter behind each. */
export const FUNCTION_SETTINGS: Readonly<Record<string, string>> = {
  QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS: 'MetastorePollingSeconds',
  QW_LAMBDA_PARTIAL_REQUEST_CACHE_CAPACITY: 'RequestCacheCapacity',
  QW_LAMBDA_DISABLE_MERGE: 'DisableMerge',
  QW_LAMBDA_DISABLE_JANITOR: 'DisableJanitor',
  QW_LAMBDA_MAX_CHECKPOINTS: 'MaxCheckpoints',
  QW_LAMBDA_ENABLE_VERBOSE_JSON_LOGS: 'VerboseLogs',
}

/** Long enough, and short enough that no name which CloudFormation makes from the stack's, a resource's
 *  and thirteen characters of its own is cut: a function's may have 64, and `GeneratorFunction` is the
 *  longest. The printed policy goes by how those names begin. */
export const DEPLOYMENT_NAME = /^[a-z][a-z0-9-]{2,21}$/
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365]
const INDEXER_TIMEOUTS = [120, 300, 900] as const

/** Reads the section from parsed JSON; fills in every default. Throws `invalid` with the path of the setting. */
export function parseDeploymentConfig(value: unknown): DeploymentConfig {
  const root = section(value, '')
  const index = section(root.take('index') ?? {}, 'index')
  const functions = section(root.take('functions') ?? {}, 'functions')
  const generator = root.take('generator')
  const config: DeploymentConfig = {
    name: root.text('name', DEPLOYMENT_NAME),
    region: root.text('region', REGION_PATTERN),
    accountId: root.optionalText('accountId', /^\d{12}$/),
    index: {
      id: index.optionalText('id', /^[a-zA-Z][a-zA-Z0-9-_.]{2,254}$/) ?? 'mock-sales',
      configFile: index.optionalText('configFile', /./),
      retentionDays: index.count('retentionDays', 30, { min: 0, max: 36_500 }),
    },
    functions: {
      arch: functions.choice('arch', 'arm64', ['arm64', 'x86_64'] as const),
      indexerMemoryMb: functions.count('indexerMemoryMb', 3008, { min: 512, max: 10_240 }),
      searcherMemoryMb: functions.count('searcherMemoryMb', 3008, { min: 256, max: 10_240 }),
      indexerTimeoutSeconds: functions.choice('indexerTimeoutSeconds', 300, INDEXER_TIMEOUTS),
      settings: parseSettings(functions.take('settings')),
    },
    generator: generator === false ? undefined : parseGenerator(generator),
    api: root.choice('api', true, [true, false] as const),
    apiLimits: parseApiLimits(root.take('apiLimits')),
    apiAccessLog: root.choice('apiAccessLog', false, [true, false] as const),
    firehose: root.choice('firehose', false, [true, false] as const),
    sourceBucket: root.optionalText('sourceBucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    sourceKmsKeyArn: root.optionalText('sourceKmsKeyArn', /^arn:[a-z-]+:kms:[^:]+:\d{12}:key\/.+$/),
    permissionsBoundary: root.optionalText(
      'permissionsBoundary',
      /^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/,
    ),
    logRetentionDays: root.choice('logRetentionDays', 14, LOG_RETENTION_DAYS),
    alarms: root.choice('alarms', 'essential', ['none', 'essential', 'all'] as const),
    notifyEmail: root.optionalText('notifyEmail', /^[^@\s]+@[^@\s]+$/),
    monthlyBudgetUsd: root.count('monthlyBudgetUsd', 0, { min: 0, max: 1_000_000 }),
  }
  for (const part of [root, index, functions]) part.refuseRest()
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
  if (config.sourceKmsKeyArn !== undefined && config.sourceBucket === undefined) {
    throw new QwError('invalid', 'sourceKmsKeyArn is set and sourceBucket is not', {
      fix: 'name the bucket with --source-bucket',
    })
  }
  return config
}

/** The section as it is saved: `parseDeploymentConfig` gives the same value back. */
export function serializeDeploymentConfig(config: DeploymentConfig): Record<string, unknown> {
  return { ...config, generator: config.generator ?? false }
}

function parseGenerator(value: unknown): DeploymentConfig['generator'] {
  const generator = section(value ?? {}, 'generator')
  const parsed = {
    everyMinutes: generator.count('everyMinutes', 5, { min: 1, max: 1440 }),
    docs: generator.count('docs', 100_000, { min: 1, max: 1_000_000 }),
  }
  generator.refuseRest()
  return parsed
}

function parseApiLimits(value: unknown): DeploymentConfig['apiLimits'] {
  const limits = section(value ?? {}, 'apiLimits')
  const parsed = {
    requestsPerSecond: limits.count('requestsPerSecond', 50, { min: 1, max: 10_000 }),
    burst: limits.count('burst', 100, { min: 1, max: 5_000 }),
    requestsPerDay: limits.count('requestsPerDay', 100_000, { min: 0, max: 1_000_000_000 }),
  }
  limits.refuseRest()
  return parsed
}

function parseSettings(value: unknown): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const [name, text] of Object.entries(section(value ?? {}, 'functions.settings').all())) {
    if (!Object.hasOwn(FUNCTION_SETTINGS, name)) {
      throw new QwError('invalid', `functions.settings.${name} is not a setting of the functions`, {
        fix: `known settings: ${Object.keys(FUNCTION_SETTINGS).join(', ')}`,
      })
    }
    if (typeof text !== 'string') {
      throw new QwError('invalid', `functions.settings.${name} has to be text`)
    }
    settings[name] = text
  }
  return settings
}

/** Takes settings out of one object; what is left at the end is unknown. */
function section(value: unknown, path: string) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new QwError('invalid', `${path === '' ? 'the deployment' : path} has to be an object`)
  }
  const rest = new Map<string, unknown>(Object.entries(value))
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  const take = (key: string): unknown => {
    const found = rest.get(key)
    rest.delete(key)
    return found
  }
  const optionalText = (key: string, pattern: RegExp): string | undefined => {
    const found = take(key)
    if (found === undefined) return undefined
    if (typeof found === 'string' && pattern.test(found)) return found
    throw new QwError(
      'invalid',
      `${at(key)} ${JSON.stringify(found)} has to match ${pattern.source}`,
    )
  }
  return {
    take,
    optionalText,
    all: () => Object.fromEntries(rest),
    text(key: string, pattern: RegExp): string {
      const found = optionalText(key, pattern)
      if (found === undefined) throw new QwError('invalid', `${at(key)} is missing`)
      return found
    },
    count(key: string, fallback: number, limits: { min: number; max: number }): number {
      const found = take(key) ?? fallback
      const fits =
        typeof found === 'number' &&
        Number.isInteger(found) &&
        found >= limits.min &&
        found <= limits.max
      if (fits) return found
      throw new QwError(
        'invalid',
        `${at(key)} ${JSON.stringify(found)} has to be a whole number from ${limits.min} to ${limits.max}`,
      )
    },
    choice<T extends string | number | boolean>(
      key: string,
      fallback: T,
      choices: readonly T[],
    ): T {
      const found = take(key) ?? fallback
      const chosen = choices.find((each) => each === found)
      if (chosen !== undefined) return chosen
      throw new QwError(
        'invalid',
        `${at(key)} ${JSON.stringify(found)} has to be one of ${choices.join(', ')}`,
      )
    },
    refuseRest(): void {
      const unknown = [...rest.keys()].map(at)
      if (unknown.length === 0) return
      throw new QwError('invalid', `unknown settings: ${unknown.join(', ')}`)
    },
  }
}
