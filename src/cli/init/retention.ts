import { QwError } from '../../engine/errors.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import type { IndexConfig, RetentionPolicy } from '../../engine/schema/index-config.ts'

/** `30d` and the like as typed; `forever` and `none` are undefined. Throws `invalid`. */
export function parseRetentionText(text: string): string | undefined {
  const period = text.trim()
  if (period === 'forever' || period === 'none') return undefined
  if (parseDuration(period) !== undefined) return period
  throw new QwError('invalid', `--retention takes a duration, not \`${text}\``, {
    code: 'USAGE',
    fix: '--retention 30d, --retention "12 weeks", or --retention forever',
  })
}

export function withRetention(config: IndexConfig, period: string | undefined): IndexConfig {
  return { ...config, retention: period === undefined ? undefined : policyOf(period, config) }
}

/** The same as lines of an index config file. */
export function retentionYaml(period: string | undefined): string {
  if (period === undefined) return ''
  return `\n# Documents older than this are removed, a split at a time.\nretention:\n  period: ${JSON.stringify(period)}\n`
}

function policyOf(period: string, config: IndexConfig): RetentionPolicy {
  if (config.docMapping.timestampField === undefined) {
    throw new QwError(
      'invalid',
      `${config.indexId} has no timestamp field, so nothing in it grows old`,
      {
        code: 'USAGE',
        fix: 'name one with --timestamp-field, or leave --retention out',
      },
    )
  }
  const periodMs = parseDuration(period) ?? Infinity
  return { periodMs, period, schedule: config.retention?.schedule ?? 'hourly' }
}
