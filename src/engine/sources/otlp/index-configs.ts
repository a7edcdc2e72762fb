import type { JsonObject } from '../../bytes/json.ts'
import type { IndexConfig } from '../../schema/index-config.ts'
import { readConfigValue } from '../../schema/read-config.ts'
import type { OtlpSignal } from './batch.ts'

/** Where batches go that name no index; Quickwit's clients and dashboards know these ids. */
export const OTLP_INDEX_IDS: Readonly<Record<OtlpSignal, string>> = {
  logs: 'otel-logs-v0_9',
  traces: 'otel-traces-v0_9',
}

/** An index for the documents of `quickwitNames`, with the fields and types of Quickwit's own. */
export function otlpIndexConfig(signal: OtlpSignal, indexId: string): IndexConfig {
  const { fields, timestamp, searched } = MAPPINGS[signal]
  return readConfigValue({
    version: '0.9',
    index_id: indexId,
    doc_mapping: {
      mode: 'strict',
      field_mappings: Object.entries(fields).map(([name, type]) => ({ name, ...type })),
      timestamp_field: timestamp,
    },
    indexing_settings: { commit_timeout_secs: 5 },
    search_settings: { default_search_fields: [...searched] },
  }).config
}

const KEYWORD = { type: 'text', tokenizer: 'raw' }
const FAST_KEYWORD = { ...KEYWORD, fast: true }
const KEPT_TEXT = { type: 'text', indexed: false }
const KEPT_COUNT = { type: 'u64', indexed: false }
const KEPT_OBJECT = { type: 'json', indexed: false }
const ATTRIBUTES = { type: 'json', tokenizer: 'raw' }
const FAST_ATTRIBUTES = { ...ATTRIBUTES, fast: true }
const ID = { type: 'bytes', input_format: 'hex', output_format: 'hex' }
const NANOS = {
  type: 'datetime',
  input_formats: ['unix_timestamp'],
  output_format: 'unix_timestamp_nanos',
}
/** Found by its column; documents keep the nanoseconds. */
const TIMESTAMP = { ...NANOS, indexed: false, fast: true, fast_precision: 'milliseconds' }

interface Mapping {
  readonly fields: Readonly<Record<string, JsonObject>>
  readonly timestamp: string
  readonly searched: readonly string[]
}

const SCOPE_FIELDS = {
  scope_name: KEPT_TEXT,
  scope_version: KEPT_TEXT,
  scope_attributes: KEPT_OBJECT,
  scope_dropped_attributes_count: KEPT_COUNT,
}

const MAPPINGS: Readonly<Record<OtlpSignal, Mapping>> = {
  logs: {
    timestamp: 'timestamp_nanos',
    searched: ['body.message'],
    fields: {
      timestamp_nanos: TIMESTAMP,
      observed_timestamp_nanos: NANOS,
      service_name: FAST_KEYWORD,
      severity_text: FAST_KEYWORD,
      severity_number: { type: 'u64', fast: true },
      body: { type: 'json', tokenizer: 'default' },
      attributes: FAST_ATTRIBUTES,
      dropped_attributes_count: KEPT_COUNT,
      trace_id: ID,
      span_id: ID,
      trace_flags: KEPT_COUNT,
      resource_attributes: FAST_ATTRIBUTES,
      resource_dropped_attributes_count: KEPT_COUNT,
      ...SCOPE_FIELDS,
    },
  },
  traces: {
    timestamp: 'span_start_timestamp_nanos',
    searched: ['service_name', 'span_name', 'event_names'],
    fields: {
      trace_id: { ...ID, fast: true },
      trace_state: KEPT_TEXT,
      service_name: FAST_KEYWORD,
      resource_attributes: ATTRIBUTES,
      resource_dropped_attributes_count: KEPT_COUNT,
      ...SCOPE_FIELDS,
      span_id: ID,
      span_kind: { type: 'u64' },
      span_name: FAST_KEYWORD,
      span_fingerprint: KEYWORD,
      span_start_timestamp_nanos: TIMESTAMP,
      span_end_timestamp_nanos: { ...NANOS, indexed: false },
      span_duration_millis: { type: 'u64', indexed: false, fast: true },
      span_attributes: FAST_ATTRIBUTES,
      span_dropped_attributes_count: KEPT_COUNT,
      span_dropped_events_count: KEPT_COUNT,
      span_dropped_links_count: KEPT_COUNT,
      span_status: { type: 'json', indexed: true },
      parent_span_id: { ...ID, indexed: false },
      is_root: { type: 'bool', stored: false },
      events: { type: 'array<json>', tokenizer: 'raw', fast: true },
      event_names: {
        type: 'array<text>',
        tokenizer: 'default',
        record: 'position',
        stored: false,
      },
      links: { type: 'array<json>', tokenizer: 'raw' },
    },
  },
}
