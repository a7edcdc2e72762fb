import { parseDuration } from '../dates/duration.ts'
import type {
  IndexingSettings,
  IngestSettings,
  MergePolicyConfig,
  RetentionPolicy,
} from './index-config.ts'
import {
  count,
  flag,
  mapped,
  object,
  optional,
  quoteValue,
  refuse,
  required,
  text,
  variants,
  withDefault,
  type Place,
  type Shape,
} from './shape.ts'
import { findSourceFormat, SOURCE_FORMAT_NAMES, type SourceFormat } from './source-format.ts'

const DURATION = text()
const MATURATION = 'Merges leave a split alone once it is this old.'

const FACTORS = {
  type: required('How splits are merged.', text()),
  merge_factor: withDefault('Splits of one size that make a merge.', count(2), 10),
  max_merge_factor: withDefault('Splits merged at once at most.', count(2), 12),
  maturation_period: withDefault(MATURATION, DURATION, '48h'),
}

const STABLE_LOG = mapped(
  object({
    ...FACTORS,
    min_level_num_docs: withDefault('Splits below this count as one size.', count(), 100_000),
  }),
  (raw, place): MergePolicyConfig => ({
    type: 'stable_log',
    ...factorsOf(raw, place),
    minLevelNumDocs: raw.min_level_num_docs,
  }),
)

const LIMIT_MERGE = mapped(
  object({
    ...FACTORS,
    max_merge_ops: withDefault('Merges that a document takes part in at most.', count(), 4),
    max_finalize_merge_operations: withDefault('Merges when the index rests.', count(), 0),
    max_finalize_split_num_docs: optional('Only splits below this then.', count()),
  }),
  (raw, place): MergePolicyConfig => ({
    type: 'limit_merge',
    ...factorsOf(raw, place),
    maxMergeOps: raw.max_merge_ops,
    maxFinalizeMergeOperations: raw.max_finalize_merge_operations,
    maxFinalizeSplitNumDocs: raw.max_finalize_split_num_docs,
  }),
)

const MERGE_POLICY = variants<MergePolicyConfig>({
  key: 'type',
  variants: {
    stable_log: STABLE_LOG,
    default: STABLE_LOG,
    limit_merge: LIMIT_MERGE,
    no_merge: mapped(object({ type: FACTORS.type }), () => ({ type: 'no_merge' })),
  },
})

function factorsOf(
  raw: { merge_factor: number; max_merge_factor: number; maturation_period: string },
  place: Place,
) {
  const { merge_factor: mergeFactor, max_merge_factor: maxMergeFactor } = raw
  if (maxMergeFactor < mergeFactor) {
    refuse(
      { ...place, path: `${place.path}.max_merge_factor` },
      `must be at least \`merge_factor\` (${mergeFactor}), got ${maxMergeFactor}`,
    )
  }
  const at = { ...place, path: `${place.path}.maturation_period` }
  return { mergeFactor, maxMergeFactor, maturationPeriodMs: durationMs(raw.maturation_period, at) }
}

const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
  ['t', 1e12],
  ['ki', 1024],
  ['mi', 1024 ** 2],
  ['gi', 1024 ** 3],
  ['ti', 1024 ** 4],
])

/** `2G`, `500 MB`, `1GiB`, `1000` as bytes; undefined when the text is no size. */
function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?$/i.exec(text.trim())
  const unit = BYTE_UNITS.get((match?.[2] ?? '?').toLowerCase())
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit)
}

/** `2G` or a number of bytes. */
const BYTE_SIZE: Shape<number> = {
  schema: { anyOf: [{ type: 'string' }, count(1).schema] },
  read(value, place) {
    if (typeof value !== 'string') return count(1).read(value, place)
    const expected = `expected a size such as 2G or 500MB, got ${quoteValue(value)}`
    return parseByteSize(value) ?? refuse(place, expected)
  },
}

export const INDEXING_SETTINGS: Shape<IndexingSettings> = mapped(
  object({
    commit_timeout_secs: withDefault(
      'A split is cut this long after its first document.',
      count(1),
      60,
    ),
    split_num_docs_target: withDefault(
      'A split is cut at this many documents.',
      count(1),
      10_000_000,
    ),
    docstore_compression_level: withDefault(
      'Of stored documents, on the scale of zstd; 0 stores them as they are.',
      count(),
      8,
    ),
    docstore_blocksize: withDefault('Bytes of documents compressed together.', count(1), 1_000_000),
    merge_policy: withDefault('Which splits become one.', MERGE_POLICY, { type: 'stable_log' }),
    resources: withDefault(
      'What indexing may use.',
      object({
        heap_size: withDefault('Memory of one split in the making.', BYTE_SIZE, 2_000_000_000),
        max_merge_write_throughput: optional('Without effect.', anything()),
      }),
      {},
    ),
  }),
  (raw) => ({
    commitTimeoutSecs: raw.commit_timeout_secs,
    splitNumDocsTarget: raw.split_num_docs_target,
    docstoreCompressionLevel: raw.docstore_compression_level,
    docstoreBlocksizeBytes: raw.docstore_blocksize,
    mergePolicy: raw.merge_policy,
    heapSizeBytes: raw.resources.heap_size,
  }),
)

function anything(): Shape<unknown> {
  return { schema: {}, read: (value) => value }
}

const INPUT_FORMAT: Shape<SourceFormat> = mapped(text(), (name, place) => {
  const known = SOURCE_FORMAT_NAMES.join(', ')
  return (
    findSourceFormat(name) ??
    refuse(place, `expected one of ${known}, or json:<path of an array>, got \`${name}\``)
  )
})

export const INGEST_SETTINGS: Shape<IngestSettings> = mapped(
  object({
    min_shards: withDefault('Without effect: there are no shards.', count(1), 1),
    validate_docs: withDefault('Without effect: documents are always checked.', flag, true),
    input_format: optional(
      'How the index’s files are written; without it, that is recognised by their content.',
      INPUT_FORMAT,
    ),
  }),
  (raw) => ({
    minShards: raw.min_shards,
    validateDocs: raw.validate_docs,
    inputFormat: raw.input_format,
  }),
)

const SCHEDULES = ['hourly', 'daily', 'weekly', 'monthly', 'yearly']
/** Six fields, seconds first, or seven with a year. */
const CRON_FIELD = '[0-9A-Za-z*?,/\\-#]+'
const SCHEDULE = new RegExp(
  `^(@?(${SCHEDULES.join('|')})|\\s*${CRON_FIELD}(\\s+${CRON_FIELD}){5,6}\\s*)$`,
)

export const RETENTION: Shape<RetentionPolicy> = mapped(
  object({
    period: required('Documents older than this are dropped.', DURATION),
    schedule: withDefault(
      'Without effect: what is past its period goes with the next clean-up.',
      text({
        pattern: SCHEDULE,
        refusal: (written) =>
          `expected one of ${SCHEDULES.join(', ')} or a cron expression with a seconds field, got \`${written}\``,
      }),
      'hourly',
    ),
  }),
  ({ period, schedule }, place) => ({
    periodMs: durationMs(period, { ...place, path: `${place.path}.period` }),
    period,
    schedule,
  }),
)

function durationMs(written: string, place: Place): number {
  const expected = `expected a duration such as 48h or 2 days, got ${quoteValue(written)}`
  return parseDuration(written) ?? refuse(place, expected)
}
