import { parseJson } from '../bytes/json.ts'
import type { DeleteQuery, MatchDocs } from '../metastore/delete-task.ts'
import { splitKey } from '../metastore/layout.ts'
import type { ObjectStore } from '../ports.ts'
import { parseElasticQuery } from '../query/elastic-dsl/parse-elastic-query.ts'
import { splitMayMatch } from '../query/prune.ts'
import type { QueryAst } from '../query/query-ast.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { SearchCaches } from './caches.ts'
import { planClause } from './clauses/plan-clause.ts'
import { NO_DOCS, toList } from './doc-set.ts'
import { openSplit } from './fetch.ts'
import { bindFor, bindIndexSearch, splitFacts } from './index-search.ts'

/** Each split is read once. */
const CACHES = { partBytes: 16 << 20, docBytes: 0, partialResultBytes: 0 }

/** Which documents of a split an erasure is about, for `runDeletes`. No more is read than a search for
 *  the same query would read, and nothing of a split that cannot have a match. */
export function docMatcher(store: ObjectStore): MatchDocs {
  const context = { store, caches: new SearchCaches(CACHES) }
  return async (metadata, split, task, signal) => {
    const bind = (config: IndexConfig): ReturnType<typeof bindIndexSearch> =>
      bindDeleteQuery(config, task.query, task.createdMs)
    const { schema, query } = bindFor(metadata, split.docMappingUid, bind).bound
    if (!splitMayMatch(query, splitFacts(split), schema.timestampField)) return new Uint32Array(0)
    const place = { key: splitKey(metadata.indexId, split.splitId), footer: split.footer }
    const fetched = await openSplit(place, context, signal)
    const clause = planClause(query, fetched.footer, false)
    await fetched.fetch(clause.firstNeeds(), signal)
    if (clause.isEmpty(fetched)) return toList(NO_DOCS, fetched.docCount)
    await fetched.fetch(clause.secondNeeds(fetched), signal)
    return toList(clause.matches(fetched), fetched.docCount)
  }
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
