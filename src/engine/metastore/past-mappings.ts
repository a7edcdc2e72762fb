import { QwError } from '../errors.ts'
import { buildFieldTable } from '../schema/field-table.ts'
import type { FieldMapping } from '../schema/field-mapping.ts'
import type { DocMapping, IndexConfig } from '../schema/index-config.ts'
import type { IndexFile, IndexMetadata } from './index-metadata.ts'
import type { SplitRecord } from './split-record.ts'

/** Mappings that an index had before and whose splits are still there. */
const MAX_PAST_MAPPINGS = 50

/** The mappings that stay known when `file`'s gives way to another. Throws `conflict` past the limit. */
export function keptMappings({ metadata, splits }: IndexFile): DocMapping[] {
  const named = new Set(splits.map((split) => split.docMappingUid))
  const past = [...metadata.pastMappings, metadata.config.docMapping]
  const kept = past.filter(({ docMappingUid = '' }) => named.has(docMappingUid))
  if (kept.length <= MAX_PAST_MAPPINGS) return kept
  throw new QwError(
    'conflict',
    `${metadata.indexId} has documents of ${kept.length} earlier mappings, ${MAX_PAST_MAPPINGS} are kept`,
    { fix: 'change several settings in one update, or index the documents into a new index' },
  )
}

/** The index of now, which also knows those mappings of an earlier state of it that splits of then name. */
export function withMappingsOf(
  now: IndexMetadata,
  then: IndexMetadata,
  splits: readonly Pick<SplitRecord, 'docMappingUid'>[],
): IndexMetadata {
  const known = new Set(
    [now.config.docMapping, ...now.pastMappings].map(({ docMappingUid }) => docMappingUid),
  )
  const missing = new Set(
    splits.map(({ docMappingUid }) => docMappingUid).filter((uid) => !known.has(uid)),
  )
  const forgotten = [...then.pastMappings, then.config.docMapping].filter(
    ({ docMappingUid = '' }) => missing.has(docMappingUid),
  )
  if (forgotten.length === 0) return now
  return { ...now, pastMappings: [...forgotten, ...now.pastMappings] }
}

const configs = new WeakMap<IndexMetadata, Map<string, IndexConfig>>()

/** The config under which the splits of a mapping were written: the index's, with that mapping and
 *  without default search fields that are newer. The same object each time. A mapping that nobody knows any more is taken for the present one. */
export function configOfMapping(metadata: IndexMetadata, docMappingUid: string): IndexConfig {
  if (metadata.pastMappings.length === 0) return metadata.config
  let known = configs.get(metadata)
  if (known === undefined) {
    const { config, pastMappings } = metadata
    known = new Map(
      pastMappings.map((docMapping) => [
        docMapping.docMappingUid ?? '',
        configWith(config, docMapping),
      ]),
    )
    configs.set(metadata, known)
  }
  return known.get(docMappingUid) ?? metadata.config
}

const asked = new WeakMap<IndexMetadata, IndexConfig>()

/** The config by which is asked: the present one with those fields of older mappings that it does not
 *  have. Splits of now do not hold them, and older ones answer. The same object each time. */
export function askedConfig(metadata: IndexMetadata): IndexConfig {
  const { config, pastMappings } = metadata
  // There a field that is not declared has a meaning of its own.
  if (pastMappings.length === 0 || config.docMapping.mode === 'dynamic') return config
  const known = asked.get(metadata)
  if (known !== undefined) return known
  let { fieldMappings, tokenizers } = config.docMapping
  for (const past of pastMappings.toReversed()) {
    fieldMappings = withMissingFields(fieldMappings, past.fieldMappings)
    const names = new Set(tokenizers.map(({ name }) => name))
    tokenizers = [...tokenizers, ...past.tokenizers.filter(({ name }) => !names.has(name))]
  }
  const all = { ...config, docMapping: { ...config.docMapping, fieldMappings, tokenizers } }
  asked.set(metadata, all)
  return all
}

function withMissingFields(
  present: readonly FieldMapping[],
  past: readonly FieldMapping[],
): readonly FieldMapping[] {
  const fields = new Map(present.map((field) => [field.name, field]))
  for (const field of past) {
    const known = fields.get(field.name)
    if (known === undefined) fields.set(field.name, field)
    else if (known.type === 'object' && field.type === 'object') {
      const fieldMappings = withMissingFields(known.fieldMappings, field.fieldMappings)
      fields.set(field.name, { ...known, fieldMappings })
    }
  }
  return [...fields.values()]
}

function configWith(config: IndexConfig, docMapping: DocMapping): IndexConfig {
  const table = buildFieldTable(docMapping)
  const defaultSearchFields = config.searchSettings.defaultSearchFields.filter(
    (name) => table.resolve(name) !== undefined,
  )
  return { ...config, docMapping, searchSettings: { defaultSearchFields } }
}
