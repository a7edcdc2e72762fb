import { QwError } from '../engine/errors.ts'
import { publishedSplits, type IndexFile } from '../engine/metastore/index-metadata.ts'
import { splitKey } from '../engine/metastore/layout.ts'
import type { SplitRecord } from '../engine/metastore/split-record.ts'
import type { ValueType } from '../engine/schema/value-type.ts'
import type { SearchContext } from '../engine/search/root.ts'
import type { SplitField } from '../engine/split/footer.ts'
import { openSplit } from '../engine/search/fetch.ts'
import { mapLimited } from '../engine/search/read-ranges.ts'
import { decodeError } from './request-body.ts'

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
  /** Documents that have it; of fields that are in the column alone and hold arrays, at least so many
   *  values, up to all documents. */
  readonly docCount: number
}

/** Whole seconds; undefined: open. */
export interface TimeWindow {
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
    for (const [key, field] of footer.fields) {
      const { path, type, terms, column } = field
      if (INTERNAL_PATHS.has(path)) continue
      const before = found.get(key)
      const searchable = before?.searchable === true || terms !== undefined
      const aggregatable = before?.aggregatable === true || column !== undefined
      const docCount = (before?.docCount ?? 0) + docsWith(field, footer.docCount)
      found.set(key, { path, type, searchable, aggregatable, docCount })
    }
    if (found.size > MAX_FIELDS) throw tooManyFields(file.metadata.indexId)
  })
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

function docsWith({ terms, column, docsWithTerms }: SplitField, splitDocCount: number): number {
  return terms === undefined ? Math.min(column?.valueCount ?? 0, splitDocCount) : docsWithTerms
}

/** What splits keep for themselves. */
const INTERNAL_PATHS: ReadonlySet<string> = new Set(['_doc_length', '_field_presence'])

/** The window's end is exclusive, a split's is not. A split without times may hold anything. */
export function overlaps({ timeRange }: SplitRecord, { start, end }: TimeWindow): boolean {
  if (timeRange === undefined) return true
  if (start !== undefined && timeRange.endSeconds < start) return false
  return end === undefined || timeRange.startSeconds < end
}

function tooManyFields(indexId: string): QwError {
  return new QwError('invalid', `index \`${indexId}\` has over ${MAX_FIELDS} fields`, {
    fix: 'narrow the time range, or declare fewer dynamic fields',
  })
}

/** Names, each with at most one `*`; none: every field. */
export function fieldMatcher(patterns: readonly string[]): (path: string) => boolean {
  const parts = patterns.map((pattern) => {
    const [head = '', tail, more] = pattern.split('*')
    if (more !== undefined) throw decodeError(`\`${pattern}\` has more than one \`*\``)
    return { head, tail }
  })
  if (parts.length === 0) return () => true
  return (path) =>
    parts.some(({ head, tail }) => {
      if (tail === undefined) return path === head
      return (
        path.length >= head.length + tail.length && path.startsWith(head) && path.endsWith(tail)
      )
    })
}
