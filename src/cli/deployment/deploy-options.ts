import { QwError } from '../../engine/errors.ts'
import {
  FUNCTION_SETTINGS,
  LEAF_CALLS_MAX,
  parseDeploymentConfig,
  serializeDeploymentConfig,
  type DeploymentConfig,
} from '../../deploy/deployment-config.ts'
import {
  choice,
  duration,
  flag,
  integer,
  list,
  text,
  type OptionValues,
} from '../command/option.ts'

/** Flags that change what is deployed; everything else stays as the project file or the stack has it. */
export const CONFIG_OPTIONS = {
  indexerMemory: integer('--indexer-memory <mb>', 'memory of the indexer (3008)', 512),
  searcherMemory: integer('--searcher-memory <mb>', 'memory of the searcher (3008)', 256),
  leafCalls: integer(
    '--leaf-calls <n>',
    'other runs of the searcher that one search may hand splits to (0)',
    0,
    LEAF_CALLS_MAX,
  ),
  arch: choice('--arch <arch>', 'processor (arm64: a fifth cheaper)', ['arm64', 'x86_64']),
  api: flag('--api', 'with an HTTP API and a key'),
  withoutApi: flag('--no-api', 'search by function call only'),
  page: flag('--page', 'with a page to look at the data in a browser'),
  withoutPage: flag('--no-page', 'without it'),
  every: duration(
    '--every <duration>',
    'a new sample batch this often (5m); none for no sample data',
  ),
  retention: duration('--retention <duration>', 'drop documents after this (30d); none keeps them'),
  functionEnv: list('--function-env <K=V,...>', 'settings of the functions'),
  sourceBucket: text('--source-bucket <bucket>', 'a bucket whose files may be indexed in place'),
  sourcePrefix: text('--source-prefix <prefix>', 'its keys that are data begin so'),
  sourceEvents: choice('--source-events <how>', 'how its new objects are heard of (none)', [
    'none',
    'auto',
    'eventbridge',
    'notification',
  ]),
  sourceKmsKey: text('--source-kms-key <arn>', 'the key that this bucket is encrypted with'),
  apiRate: integer('--api-rate <n>', 'requests a second over all keys (50)', 1),
  apiQuota: integer('--api-quota <n>', 'requests a day over all keys (100000); 0 for no limit'),
  apiAccessLog: flag('--api-access-log', 'one log line a request of the HTTP API'),
  withoutApiAccessLog: flag('--no-api-access-log', 'no such log'),
  permissionsBoundary: text('--permissions-boundary <arn>', 'a policy that bounds every role'),
  budget: integer('--budget <usd>', 'alert at 80 % and 100 % of this a month; 0 for none'),
  budgetEmail: text('--budget-email <address>', 'who receives alarms and the budget alert'),
} as const

export type ConfigOptions = OptionValues<typeof CONFIG_OPTIONS>

/** What a command without these flags passes on. */
export const NO_FLAGS = Object.fromEntries(
  Object.keys(CONFIG_OPTIONS).map((name) => [name, undefined]),
) as unknown as ConfigOptions

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The config with the flags applied, checked as a whole. Throws `invalid` naming the setting. */
export function withFlags(config: DeploymentConfig, options: ConfigOptions): DeploymentConfig {
  const { functions, index } = config
  return parseDeploymentConfig({
    ...serializeDeploymentConfig(config),
    index: {
      ...index,
      ...(options.retention === undefined ? {} : { retentionDays: daysOf(options.retention) }),
    },
    functions: {
      ...functions,
      ...(options.arch === undefined ? {} : { arch: options.arch }),
      ...(options.indexerMemory === undefined ? {} : { indexerMemoryMb: options.indexerMemory }),
      ...(options.searcherMemory === undefined ? {} : { searcherMemoryMb: options.searcherMemory }),
      settings: {
        ...functions.settings,
        ...settingsOf(options.functionEnv ?? []),
        ...(options.leafCalls === undefined
          ? {}
          : { QW_LAMBDA_LEAF_CALLS: String(options.leafCalls) }),
      },
    },
    generator: generatorOf(config.generator, options.every),
    api: options.api ?? config.api,
    page: options.page ?? config.page,
    apiLimits: {
      ...config.apiLimits,
      // Twice the rate at once, as the default has it.
      ...(options.apiRate === undefined
        ? {}
        : { requestsPerSecond: options.apiRate, burst: Math.min(5_000, 2 * options.apiRate) }),
      ...(options.apiQuota === undefined ? {} : { requestsPerDay: options.apiQuota }),
    },
    apiAccessLog: options.apiAccessLog ?? config.apiAccessLog,
    sourceBucket: options.sourceBucket ?? config.sourceBucket,
    sourcePrefix: options.sourcePrefix ?? config.sourcePrefix,
    sourceEvents: options.sourceEvents ?? config.sourceEvents,
    sourceKmsKeyArn: options.sourceKmsKey ?? config.sourceKmsKeyArn,
    permissionsBoundary: options.permissionsBoundary ?? config.permissionsBoundary,
    monthlyBudgetUsd: options.budget ?? config.monthlyBudgetUsd,
    notifyEmail: options.budgetEmail ?? config.notifyEmail,
  })
}

function generatorOf(
  generator: DeploymentConfig['generator'],
  everyMs: number | undefined,
): DeploymentConfig['generator'] | false {
  if (everyMs === undefined) return generator ?? false
  if (everyMs === Infinity) return false
  return {
    docs: 100_000,
    ...generator,
    everyMinutes: wholeUnits(everyMs, MINUTE_MS, '--every', 'minutes'),
  }
}

function daysOf(retentionMs: number): number {
  return retentionMs === Infinity ? 0 : wholeUnits(retentionMs, DAY_MS, '--retention', 'days')
}

function wholeUnits(ms: number, unitMs: number, name: string, unit: string): number {
  const count = ms / unitMs
  if (Number.isInteger(count) && count >= 1) return count
  throw new QwError('invalid', `${name} takes whole ${unit}`, { code: 'USAGE' })
}

function settingsOf(pairs: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    if (at < 0 || !Object.hasOwn(FUNCTION_SETTINGS, name)) {
      throw new QwError('invalid', `--function-env \`${pair}\` is not a known NAME=VALUE`, {
        code: 'USAGE',
        fix: `known names: ${Object.keys(FUNCTION_SETTINGS).join(', ')}`,
      })
    }
    settings[name] = pair.slice(at + 1)
  }
  return settings
}
