import { QwError } from '../errors.ts'
import { buildFieldTable } from '../schema/field-table.ts'
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

function configWith(config: IndexConfig, docMapping: DocMapping): IndexConfig {
  const table = buildFieldTable(docMapping)
  const defaultSearchFields = config.searchSettings.defaultSearchFields.filter(
    (name) => table.resolve(name) !== undefined,
  )
  return { ...config, docMapping, searchSettings: { defaultSearchFields } }
}
