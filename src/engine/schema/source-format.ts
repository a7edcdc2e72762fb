import { QwError } from '../errors.ts'
import { probablyMeant } from './nearest.ts'

/** How the documents of a source are written, after unpacking. */
export type SourceFormat =
  /** One JSON object a line. */
  | { readonly kind: 'ndjson' }
  /** Objects one after another or in arrays, on any number of lines; with a path, the elements of the
   *  array that each outermost object has there. */
  | { readonly kind: 'json'; readonly path: readonly string[] }
  /** A header line and records; quotes as in RFC 4180. */
  | { readonly kind: 'delimited'; readonly delimiter: ',' | '\t' | ';' }
  /** Lines that a named reader understands. */
  | { readonly kind: 'lines'; readonly pattern: LinePatternName }
  /** OpenTelemetry batches as JSON: one document per log record or span. */
  | { readonly kind: 'otlp'; readonly signal: 'logs' | 'traces' }
  | { readonly kind: 'parquet' }

/** The more a format says of its lines, the earlier it stands: recognition tries them in this order. */
export const LINE_PATTERN_NAMES = [
  'alb',
  'nlb',
  'clb',
  's3-access',
  'vpc-flow',
  'cloudfront',
  'nginx',
  'nginx-error',
  'apache-error',
  'k8s',
  'syslog',
  'bulk',
  'logfmt',
  'text',
] as const

export type LinePatternName = (typeof LINE_PATTERN_NAMES)[number]

const OTHERS: ReadonlyMap<string, SourceFormat> = new Map<string, SourceFormat>([
  ['ndjson', { kind: 'ndjson' }],
  ['json', { kind: 'json', path: [] }],
  ['csv', { kind: 'delimited', delimiter: ',' }],
  ['tsv', { kind: 'delimited', delimiter: '\t' }],
  ['csv-semicolon', { kind: 'delimited', delimiter: ';' }],
  ['cloudtrail', { kind: 'json', path: ['Records'] }],
  ['waf', { kind: 'ndjson' }],
  ['otel-logs', { kind: 'otlp', signal: 'logs' }],
  ['otel-traces', { kind: 'otlp', signal: 'traces' }],
  ['parquet', { kind: 'parquet' }],
  ['apache', { kind: 'lines', pattern: 'nginx' }],
])

/** Every name that `parseSourceFormat` takes, apart from `json:<path>`. */
export const SOURCE_FORMAT_NAMES: readonly string[] = [...OTHERS.keys(), ...LINE_PATTERN_NAMES]

/** Undefined for a name that is none. `json:a.b` is the envelope `{"a":{"b":[…]}}`. */
export function findSourceFormat(name: string): SourceFormat | undefined {
  if (name.startsWith('json:')) {
    const path = name.slice('json:'.length).split('.')
    return path.every((key) => key !== '') ? { kind: 'json', path } : undefined
  }
  const pattern = LINE_PATTERN_NAMES.find((known) => known === name)
  return pattern === undefined ? OTHERS.get(name) : { kind: 'lines', pattern }
}

/** Throws `invalid` (INGEST-FORMAT). */
export function parseSourceFormat(name: string): SourceFormat {
  const format = findSourceFormat(name)
  if (format !== undefined) return format
  const meant = probablyMeant(name, SOURCE_FORMAT_NAMES)
  throw new QwError('invalid', `there is no input format \`${name}\``, {
    code: 'INGEST-FORMAT',
    fix:
      meant === undefined
        ? `one of ${SOURCE_FORMAT_NAMES.join(', ')}, or json:<path of an array>`
        : `did you mean \`${meant}\`?`,
  })
}

/** The name that `parseSourceFormat` gives the format back for. */
export function sourceFormatName(format: SourceFormat): string {
  switch (format.kind) {
    case 'ndjson':
    case 'parquet':
      return format.kind
    case 'json':
      return format.path.length === 0 ? 'json' : `json:${format.path.join('.')}`
    case 'delimited':
      if (format.delimiter === ',') return 'csv'
      return format.delimiter === '\t' ? 'tsv' : 'csv-semicolon'
    case 'lines':
      return format.pattern
    case 'otlp':
      return `otel-${format.signal}`
  }
}
