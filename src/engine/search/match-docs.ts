import { parseJson } from '../bytes/json.ts'
import type { DeleteQuery, DeleteTask, MatchDocs } from '../metastore/delete-task.ts'
import { type IndexFile, type IndexMetadata, publishedSplits } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import { askedConfig } from '../metastore/past-mappings.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { ObjectStore } from '../ports.ts'
import { parseElasticQuery } from '../query/elastic-dsl/parse-elastic-query.ts'
import { splitMayMatch } from '../query/prune.ts'
import type { QueryAst } from '../query/query-ast.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { Query } from '../query/query.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { SearchCaches } from './caches.ts'
import { planClause } from './clauses/plan-clause.ts'
import type { SplitFooter } from '../split/footer.ts'
import { NO_DOCS, toList, type DocSet } from './doc-set.ts'
import { openSplit, type FetchContext } from './fetch.ts'
import { bindFor, bindIndexSearch, splitFacts } from './index-search.ts'

/** Each split is read once. */
const CACHES = { partBytes: 16 << 20, docBytes: 0, openedBlockBytes: 0, partialResultBytes: 0 }

/** Which documents of a split an erasure is about, for `runDeletes`. No more is read than a search for
 *  the same query would read, and nothing of a split that cannot have a match. */
export function docMatcher(store: ObjectStore): MatchDocs {
  const context = { store, caches: new SearchCaches(CACHES) }
  return async (metadata, split, task, signal) => {
    const query = queryOfSplit(metadata, split, task)
    if (query === undefined) return new Uint32Array(0)
    const { footer, found } = await matchSplit(
      { indexId: metadata.indexId, split, query },
      context,
      signal,
    )
    return toList(found, footer.docCount)
  }
}

/** What is asked of a split by the mapping of its documents; undefined: none can match. Throws `invalid`. */
function queryOfSplit(
  metadata: IndexMetadata,
  split: SplitRecord,
  { query: asked, createdMs }: Pick<DeleteTask, 'query' | 'createdMs'>,
): Query | undefined {
  const { bound, unanswerable } = bindFor(
    { metadata, docMappingUid: split.docMappingUid },
    (config) => bindDeleteQuery(config, asked, createdMs),
  )
  if (!splitMayMatch(bound.query, splitFacts(split), bound.schema.timestampField)) return undefined
  if (unanswerable !== undefined) throw unanswerable
  return bound.query
}

/** Throws `invalid` for an erasure that the index cannot carry out in each of its published splits. */
export function checkDeleteQuery(file: IndexFile, query: DeleteQuery, nowMs: number): void {
  const { metadata } = file
  bindDeleteQuery(askedConfig(metadata), query, nowMs)
  if (metadata.pastMappings.length === 0) return
  for (const split of publishedSplits(file)) {
    queryOfSplit(metadata, split, { query, createdMs: nowMs })
  }
}

interface SplitQuery {
  readonly indexId: string
  readonly split: Pick<SplitRecord, 'splitId' | 'footer'>
  readonly query: Query
}

/** The documents of one split that match, unscored, in at most three rounds of reads. Rejects with
 *  `notFound` when the split is gone, with `corrupt`, and with what the store throws. */
export async function matchSplit(
  { indexId, split, query }: SplitQuery,
  context: FetchContext,
  signal: AbortSignal | undefined,
): Promise<{ readonly footer: SplitFooter; readonly found: DocSet }> {
  const place = { key: splitKey(indexId, split.splitId), footer: split.footer }
  const fetched = await openSplit(place, context, signal)
  const { footer } = fetched
  const clause = planClause(query, footer, false)
  await fetched.fetch(clause.firstNeeds(), signal)
  if (clause.isEmpty(fetched)) return { footer, found: NO_DOCS }
  await fetched.fetch(clause.secondNeeds(fetched), signal)
  return { footer, found: clause.matches(fetched) }
}

/** `nowMs`: what `now` in the query means. Throws `invalid` as parsing and binding do. */
export function bindDeleteQuery(
  config: IndexConfig,
  { dialect, text, searchFields, startTimestamp, endTimestamp }: DeleteQuery,
  nowMs: number,
): ReturnType<typeof bindIndexSearch> {
  const query: QueryAst =
    dialect === 'elastic'
      ? parseElasticQuery(parseJson(text), { nowMs })
      : parseQueryString(text, { defaultOperator: 'and' })
  return bindIndexSearch(config, { query, searchFields, startTimestamp, endTimestamp })
}
