import { QwError } from '../../engine/errors.ts'
import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitKey } from '../../engine/metastore/layout.ts'
import type { SplitRecord } from '../../engine/metastore/split-record.ts'
import type { ValueType } from '../../engine/schema/value-type.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { openSplit } from '../../engine/search/fetch.ts'
import { mapLimited } from '../../engine/search/read-ranges.ts'

/** Fields of all indexes of one request. */
const MAX_FIELDS = 100_000
/** Footers read at once. */
const FOOTER_CONCURRENCY = 16

/** One (path, type) pair that some split of an index holds. */
export interface IndexField {
  readonly path: string
  readonly type: ValueType
  readonly searchable: boolean
  readonly aggregatable: boolean
}

/** Whole seconds; undefined: open. */
interface TimeWindow {
  readonly start: number | undefined
  /** Exclusive. */
  readonly end: number | undefined
}

export interface FieldScan {
  readonly context: SearchContext
  readonly window: TimeWindow
  readonly signal: AbortSignal
}

/**
 * The fields that an index's published splits of a time window hold, ascending by path. Costs one read
 * per split whose footer is not cached. Throws `invalid` past MAX_FIELDS.
 */
export async function fieldsOfIndex(
  file: IndexFile,
  { context, window, signal }: FieldScan,
): Promise<IndexField[]> {
  const found = new Map<string, IndexField>()
  const splits = publishedSplits(file).filter((split) => overlaps(split, window))
  await mapLimited(splits, FOOTER_CONCURRENCY, async ({ splitId, footer: range }) => {
    const place = { key: splitKey(file.metadata.indexId, splitId), footer: range }
    const { footer } = await openSplit(place, context, signal)
    for (const [key, { path, type, terms, column }] of footer.fields) {
      if (INTERNAL_PATHS.has(path)) continue
      const before = found.get(key)
      const searchable = before?.searchable === true || terms !== undefined
      const aggregatable = before?.aggregatable === true || column !== undefined
      found.set(key, { path, type, searchable, aggregatable })
    }
    if (found.size > MAX_FIELDS) throw tooManyFields(file.metadata.indexId)
  })
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** What splits keep for themselves. */
const INTERNAL_PATHS: ReadonlySet<string> = new Set(['_doc_length', '_field_presence'])

/** The window's end is exclusive, a split's is not. A split without times may hold anything. */
function overlaps({ timeRange }: SplitRecord, { start, end }: TimeWindow): boolean {
  if (timeRange === undefined) return true
  if (start !== undefined && timeRange.endSeconds < start) return false
  return end === undefined || timeRange.startSeconds < end
}

function tooManyFields(indexId: string): QwError {
  return new QwError('invalid', `index \`${indexId}\` has over ${MAX_FIELDS} fields`, {
    fix: 'narrow the time range, or declare fewer dynamic fields',
  })
}
