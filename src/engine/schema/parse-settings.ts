import type { ConfigSection } from './config-section.ts'
import { quoteValue } from './config-section.ts'
import { parseByteSize, parseDuration } from './duration.ts'
import type {
  IndexingSettings,
  IngestSettings,
  MergePolicyConfig,
  RetentionPolicy,
} from './index-config.ts'
import { findSourceFormat, SOURCE_FORMAT_NAMES, type SourceFormat } from './source-format.ts'

const INDEXING_KEYS = [
  'commit_timeout_secs',
  'split_num_docs_target',
  'docstore_compression_level',
  'docstore_blocksize',
  'merge_policy',
  'resources',
]

const DEFAULT_HEAP_SIZE_BYTES = 2_000_000_000

export function parseIndexingSettings(top: ConfigSection): IndexingSettings {
  const section = top.section('indexing_settings', INDEXING_KEYS)
  return {
    commitTimeoutSecs: section.count('commit_timeout_secs', 60, 1),
    splitNumDocsTarget: section.count('split_num_docs_target', 10_000_000, 1),
    docstoreCompressionLevel: section.count('docstore_compression_level', 8),
    docstoreBlocksizeBytes: section.count('docstore_blocksize', 1_000_000, 1),
    mergePolicy: parseMergePolicy(section),
    heapSizeBytes: parseHeapSize(section),
  }
}

/** `max_merge_write_throughput` is accepted and ignored, as the reference does. */
function parseHeapSize(settings: ConfigSection): number {
  const section = settings.section('resources', ['heap_size', 'max_merge_write_throughput'])
  const value = section.raw('heap_size')
  if (value === undefined) return DEFAULT_HEAP_SIZE_BYTES
  if (typeof value !== 'string') return section.count('heap_size', DEFAULT_HEAP_SIZE_BYTES, 1)
  return (
    parseByteSize(value) ??
    section.refuse('heap_size', `expected a size such as 2G or 500MB, got ${quoteValue(value)}`)
  )
}

const MERGE_KEYS = {
  stable_log: ['merge_factor', 'max_merge_factor', 'min_level_num_docs', 'maturation_period'],
  limit_merge: [
    'merge_factor',
    'max_merge_factor',
    'max_merge_ops',
    'maturation_period',
    'max_finalize_merge_operations',
    'max_finalize_split_num_docs',
  ],
  no_merge: [],
} as const

const MERGE_TYPES = ['stable_log', 'default', 'limit_merge', 'no_merge'] as const

function parseMergePolicy(settings: ConfigSection): MergePolicyConfig {
  const unchecked = settings.section('merge_policy')
  if (settings.has('merge_policy')) unchecked.requiredText('type')
  const written = unchecked.choice('type', MERGE_TYPES, 'stable_log')
  const type = written === 'default' ? 'stable_log' : written
  const section = settings.section('merge_policy', ['type', ...MERGE_KEYS[type]])
  switch (type) {
    case 'no_merge':
      return { type }
    case 'stable_log': {
      const minLevelNumDocs = section.count('min_level_num_docs', 100_000)
      return { type, ...parseFactors(section), minLevelNumDocs }
    }
    case 'limit_merge':
      return {
        type,
        ...parseFactors(section),
        maxMergeOps: section.count('max_merge_ops', 4),
        maxFinalizeMergeOperations: section.count('max_finalize_merge_operations', 0),
        maxFinalizeSplitNumDocs: section.has('max_finalize_split_num_docs')
          ? section.count('max_finalize_split_num_docs', 0)
          : undefined,
      }
  }
}

function parseFactors(section: ConfigSection) {
  const mergeFactor = section.count('merge_factor', 10, 2)
  const maxMergeFactor = section.count('max_merge_factor', 12, 2)
  if (maxMergeFactor < mergeFactor) {
    section.refuse(
      'max_merge_factor',
      `must be at least \`merge_factor\` (${mergeFactor}), got ${maxMergeFactor}`,
    )
  }
  const period = section.text('maturation_period') ?? '48h'
  const maturationPeriodMs = parseDuration(period) ?? refuseDuration(section, 'maturation_period')
  return { mergeFactor, maxMergeFactor, maturationPeriodMs }
}

export function parseIngestSettings(top: ConfigSection): IngestSettings {
  const section = top.section('ingest_settings', ['min_shards', 'validate_docs', 'input_format'])
  const inputFormat = section.text('input_format')
  return {
    minShards: section.count('min_shards', 1, 1),
    validateDocs: section.flag('validate_docs', true),
    inputFormat: inputFormat === undefined ? undefined : inputFormatOf(section, inputFormat),
  }
}

function inputFormatOf(section: ConfigSection, name: string): SourceFormat {
  const known = SOURCE_FORMAT_NAMES.join(', ')
  return (
    findSourceFormat(name) ??
    section.refuse('input_format', `expected one of ${known}, or json:<path>, got \`${name}\``)
  )
}

const SCHEDULES = ['hourly', 'daily', 'weekly', 'monthly', 'yearly']

export function parseRetention(top: ConfigSection): RetentionPolicy | undefined {
  if (!top.has('retention')) return undefined
  const section = top.section('retention', ['period', 'schedule'])
  const period = section.requiredText('period')
  const periodMs = parseDuration(period) ?? refuseDuration(section, 'period')
  const schedule = section.text('schedule') ?? 'hourly'
  const isName = SCHEDULES.includes(schedule.replace(/^@/, ''))
  if (!isName && !isCron(schedule)) {
    section.refuse(
      'schedule',
      `expected one of ${SCHEDULES.join(', ')} or a cron expression with a seconds field, got \`${schedule}\``,
    )
  }
  return { periodMs, period, schedule }
}

/** Six fields, seconds first, or seven with a year. */
function isCron(text: string): boolean {
  const fields = text.trim().split(/\s+/)
  const isField = (field: string) => /^[0-9A-Za-z*?,/\-#]+$/.test(field)
  return (fields.length === 6 || fields.length === 7) && fields.every(isField)
}

function refuseDuration(section: ConfigSection, key: string): never {
  const value = section.raw(key) ?? null
  return section.refuse(key, `expected a duration such as 48h or 2 days, got ${quoteValue(value)}`)
}
