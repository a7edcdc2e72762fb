import { refused } from './field-options.ts'

/** Input formats by the names that Elasticsearch has for them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  epoch_millis: ['unix_timestamp'],
  epoch_second: ['unix_timestamp'],
  date_optional_time: ['rfc3339', 'iso8601', '%Y-%m-%d'],
  date_time: ['rfc3339'],
  date_time_no_millis: ['rfc3339'],
  date: ['%Y-%m-%d'],
  iso8601: ['iso8601'],
}

/** Parts of Java's patterns, by length and letter, as strptime writes them. */
const TOKENS: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  uuuu: '%Y',
  MM: '%m',
  dd: '%d',
  HH: '%H',
  mm: '%M',
  ss: '%S',
  Z: '%z',
  XXX: '%z',
  XX: '%z',
}

const DEFAULT = 'strict_date_optional_time||epoch_millis'

/** `a||b` as a list of input formats, without duplicates. Throws for what cannot be read so. */
export function dateInputFormats(path: string, format: string = DEFAULT): string[] {
  const formats = format.split('||').flatMap((name) => {
    const plain = name
      .trim()
      .replace(/^strict_/, '')
      .replace(/_nanos$/, '')
    return NAMED[plain] ?? [strptimeOf(path, plain)]
  })
  return [...new Set(formats)]
}

function strptimeOf(path: string, pattern: string): string {
  const parts = pattern.match(/'[^']*'|([a-zA-Z])\1*|[^a-zA-Z']+/g) ?? []
  return parts
    .map((part) => {
      if (part.startsWith("'")) return part.slice(1, -1)
      if (!/[a-zA-Z]/.test(part)) return part
      const token = TOKENS[part]
      if (token !== undefined) return token
      throw refused(
        `\`${path}\`: the date format \`${pattern}\` cannot be read (\`${part}\`)`,
        'use strict_date_optional_time, epoch_millis, or a pattern of yyyy MM dd HH mm ss Z',
      )
    })
    .join('')
}
