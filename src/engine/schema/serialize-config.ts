import type { JsonObject, JsonValue } from '../bytes/json.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import { exactDuration } from '../dates/duration.ts'
import type { FieldMapping, JsonOptions, TextIndexing } from './field-mapping.ts'
import type { Normalizer } from '../text/normalizer.ts'
import type { DocMapping, IndexConfig, MergePolicyConfig } from './index-config.ts'
import { sourceFormatName } from './source-format.ts'

/** The config as GET returns it: every default written out, `version` "0.9". `parseIndexConfig`
 *  reads it back to an equal config. */
export function serializeIndexConfig(config: IndexConfig): JsonObject {
  const { indexingSettings, ingestSettings, retention } = config
  return {
    version: '0.9',
    index_id: config.indexId,
    ...present('index_uri', config.indexUri),
    doc_mapping: serializeDocMapping(config.docMapping),
    indexing_settings: {
      commit_timeout_secs: indexingSettings.commitTimeoutSecs,
      docstore_compression_level: indexingSettings.docstoreCompressionLevel,
      docstore_blocksize: indexingSettings.docstoreBlocksizeBytes,
      split_num_docs_target: indexingSettings.splitNumDocsTarget,
      merge_policy: serializeMergePolicy(indexingSettings.mergePolicy),
      resources: { heap_size: indexingSettings.heapSizeBytes },
    },
    ingest_settings: {
      min_shards: ingestSettings.minShards,
      ...(ingestSettings.validateDocs ? {} : { validate_docs: false }),
      ...(ingestSettings.inputFormat === undefined
        ? {}
        : { input_format: sourceFormatName(ingestSettings.inputFormat) }),
    },
    search_settings: { default_search_fields: [...config.searchSettings.defaultSearchFields] },
    retention:
      retention === undefined ? null : { period: retention.period, schedule: retention.schedule },
  }
}

/** Absent keys stay absent. */
function present(key: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value }
}

export function serializeDocMapping(mapping: DocMapping): JsonObject {
  const { dynamicMapping } = mapping
  return {
    ...present('doc_mapping_uid', mapping.docMappingUid),
    mode: mapping.mode,
    ...(dynamicMapping === undefined ? {} : { dynamic_mapping: jsonOptions(dynamicMapping) }),
    field_mappings: mapping.fieldMappings.map(serializeField),
    timestamp_field: mapping.timestampField ?? null,
    tag_fields: [...mapping.tagFields],
    ...present('partition_key', mapping.partitionKey),
    max_num_partitions: mapping.maxNumPartitions,
    index_field_presence: mapping.indexFieldPresence,
    store_document_size: mapping.storeDocumentSize,
    store_source: mapping.storeSource,
    tokenizers: mapping.tokenizers.map(serializeTokenizer),
  }
}

function jsonOptions(options: JsonOptions): JsonObject {
  return {
    expand_dots: options.expandDots,
    fast: fastText(options.fast),
    ...indexing(options.indexing),
    stored: options.stored,
  }
}

function fastText(fast: Normalizer | undefined): JsonValue {
  return fast === undefined ? false : { normalizer: fast }
}

function indexing(options: TextIndexing | undefined): JsonObject {
  if (options === undefined) return { indexed: false }
  return { indexed: true, record: options.record, tokenizer: options.tokenizer }
}

function serializeField(field: FieldMapping): JsonObject {
  const { name, type } = field
  const isArray = field.type !== 'object' && 'array' in field && field.array
  const base = {
    name,
    type: isArray ? `array<${type}>` : type,
    ...present('description', field.description),
  }
  return { ...base, ...fieldOptions(field) }
}

function fieldOptions(field: FieldMapping): JsonObject {
  switch (field.type) {
    case 'text': {
      const fieldnorms = field.indexing && { fieldnorms: field.indexing.fieldnorms }
      const { fast, stored } = field
      return { fast: fastText(fast), ...indexing(field.indexing), ...fieldnorms, stored }
    }
    case 'u64':
    case 'i64':
    case 'f64': {
      const { coerce, outputFormat, fast, indexed, stored } = field
      return { coerce, fast, indexed, output_format: outputFormat, stored }
    }
    case 'bool':
    case 'ip': {
      const { fast, indexed, stored } = field
      return { fast, indexed, stored }
    }
    case 'datetime': {
      const { fast, indexed, stored, inputFormats, outputFormat, fastPrecision } = field
      const formats = { input_formats: [...inputFormats], output_format: outputFormat }
      return { fast, fast_precision: fastPrecision, indexed, ...formats, stored }
    }
    case 'bytes': {
      const { fast, indexed, stored, inputFormat, outputFormat } = field
      return { fast, indexed, input_format: inputFormat, output_format: outputFormat, stored }
    }
    case 'json':
      return jsonOptions(field)
    case 'object':
      return {
        ...(field.array ? { array: true } : {}),
        field_mappings: field.fieldMappings.map(serializeField),
      }
    case 'concatenate': {
      const { indexed: _always, ...terms } = indexing(field.indexing)
      return {
        ...terms,
        concatenate_fields: [...field.concatenateFields],
        include_dynamic_fields: field.includeDynamicFields,
      }
    }
  }
}

function serializeTokenizer(tokenizer: TokenizerConfig): JsonObject {
  const { name, type } = tokenizer
  const filters = [...tokenizer.filters]
  switch (tokenizer.type) {
    case 'simple':
    case 'source_code':
      return { name, type, filters }
    case 'regex':
      return { name, type, pattern: tokenizer.pattern, filters }
    case 'ngram': {
      const { minGram, maxGram, prefixOnly } = tokenizer
      return { name, type, min_gram: minGram, max_gram: maxGram, prefix_only: prefixOnly, filters }
    }
  }
}

function serializeMergePolicy(policy: MergePolicyConfig): JsonObject {
  if (policy.type === 'no_merge') return { type: policy.type }
  const factors = {
    type: policy.type,
    merge_factor: policy.mergeFactor,
    max_merge_factor: policy.maxMergeFactor,
    maturation_period: exactDuration(policy.maturationPeriodMs),
  }
  if (policy.type === 'stable_log') {
    return { ...factors, min_level_num_docs: policy.minLevelNumDocs }
  }
  return {
    ...factors,
    max_merge_ops: policy.maxMergeOps,
    max_finalize_merge_operations: policy.maxFinalizeMergeOperations,
    ...present('max_finalize_split_num_docs', policy.maxFinalizeSplitNumDocs),
  }
}
