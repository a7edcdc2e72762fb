import { QwError } from '../errors.ts'
import { publishedSplits, type IndexFile, type IndexMetadata } from '../metastore/index-metadata.ts'
import { oldestFirst, type SplitRecord } from '../metastore/split-record.ts'
import type { ObjectStore } from '../ports.ts'
import { splitMayMatch } from '../query/prune.ts'
import type { QueryAst } from '../query/query-ast.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { askedConfig } from '../metastore/past-mappings.ts'
import { bindFor, bindIndexSearch, splitFacts } from '../search/index-search.ts'

/** Which documents of an index, as it was asked. */
export interface ExportSelection {
  /** In the query language; undefined: all. */
  readonly query: string | undefined
  /** Unix seconds; the end is exclusive. */
  readonly startTimestamp: number | undefined
  readonly endTimestamp: number | undefined
}

/** The documents of an index at one moment: those of the splits that were published then. */
export interface ExportPlan extends BoundExport {
  /** Those that may hold a match, the oldest documents first. */
  readonly splits: readonly SplitRecord[]
}

export interface BoundExport {
  readonly metadata: IndexMetadata
  readonly selection: ExportSelection
}

/** Throws `invalid` as parsing and binding do. */
export function planExport(file: IndexFile, selection: ExportSelection): ExportPlan {
  const { metadata } = file
  bindSelection(askedConfig(metadata), selection)
  const splits = publishedSplits(file)
    .filter((split) => {
      const { query, schema } = bindSplit({ metadata, selection }, split)
      return splitMayMatch(query, splitFacts(split), schema.timestampField)
    })
    .toSorted(oldestFirst)
  return { metadata, selection, splits }
}

/** What is asked of one split, by the mapping that its documents were indexed with; a field that was added
 *  since none of them has. Throws `invalid` where that mapping cannot be asked so: an export without
 *  these documents would look whole. */
export function bindSplit(
  { metadata, selection }: BoundExport,
  { docMappingUid }: SplitRecord,
): ReturnType<typeof bindIndexSearch> {
  const { bound, unanswerable } = bindFor({ metadata, docMappingUid }, (config) =>
    bindSelection(config, selection),
  )
  if (unanswerable !== undefined) throw unanswerable
  return bound
}

function bindSelection(
  config: IndexConfig,
  { query: text, startTimestamp, endTimestamp }: ExportSelection,
): ReturnType<typeof bindIndexSearch> {
  const query: QueryAst =
    text === undefined ? { kind: 'matchAll' } : parseQueryString(text, { defaultOperator: 'and' })
  return bindIndexSearch(config, { query, startTimestamp, endTimestamp })
}

/** Where splits are read from, and what ends it. */
export interface ExportSource {
  readonly store: ObjectStore
  readonly signal?: AbortSignal | undefined
}

/** What a split that was to be read and is not there any more means. */
export function splitGone(indexId: string, splitId: string, cause?: unknown): QwError {
  return new QwError(
    'conflict',
    `split ${indexId}/${splitId} was replaced while it was to be exported`,
    {
      why: 'a merge, an erasure or the end of its retention took it away, and its documents are mixed with others now',
      fix: 'begin again: the same command with --force; index snapshot create keeps the splits for as long as it takes',
      cause,
    },
  )
}
