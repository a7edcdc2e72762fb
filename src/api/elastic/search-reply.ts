import { JsonFloat, parseJson, stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import type { Hit, SearchResponse, SortKey } from '../../engine/search/request.ts'
import { jsonArrayText } from '../reply.ts'
import { filterSource, sourceText } from '../../engine/search/source-filter.ts'
import { fieldValues, type HitDisplay } from './hit-display.ts'
import { sortValueJson } from './sort.ts'
import { withTypedKeys } from './typed-keys.ts'

export interface ReplyShape {
  readonly sort: readonly SortKey[]
  readonly display: HitDisplay
  readonly scrollId?: string | undefined
  /** The `aggs` that were asked for, where `typed_keys` names their kinds. */
  readonly typedKeys?: JsonValue | undefined
  /** Whether the total is a number by itself. */
  readonly totalAsNumber?: boolean | undefined
  /** Whether the search may have ended early, which its answer then says either way. */
  readonly mayTerminate?: boolean | undefined
}

/** The members of a search response, without the braces: hits are JSON text already. */
export function searchReplyMembers(response: SearchResponse, shape: ReplyShape): string {
  const { splitsSearched: total, failedSplits } = response
  const aggregations =
    shape.typedKeys === undefined || response.aggregations === undefined
      ? response.aggregations
      : withTypedKeys(response.aggregations, shape.typedKeys)
  const failed = failedSplits.length
  const shards = { total, successful: total - failed, skipped: 0, failed }
  const hits = jsonArrayText(response.hits.map((hit) => hitText(hit, shape)))
  const { numHits, maxScore } = response
  const count = shape.totalAsNumber === true ? numHits : `{"value":${numHits},"relation":"eq"}`
  const best = maxScore === undefined ? '' : `,"max_score":${stringifyJson(scoreJson(maxScore))}`
  const isTerminated = shape.mayTerminate === true ? String(response.isTerminated ?? false) : 'null'
  const members = [
    `"took":${Math.round(response.elapsedMicros / 1000)}`,
    `"timed_out":${response.isTimedOut ?? false}`,
    `"terminated_early":${isTerminated}`,
    ...(shape.scrollId === undefined ? [] : [`"_scroll_id":"${shape.scrollId}"`]),
    `"_shards":${JSON.stringify(shards)}`,
    `"hits":{"total":${count}${best},"hits":${hits}}`,
    '"fields":{}',
    ...(aggregations === undefined ? [] : [`"aggregations":${stringifyJson(aggregations)}`]),
  ]
  return members.join(',')
}

function hitText(hit: Hit, { sort, display }: ReplyShape): string {
  const { source, fields, version } = display
  const { score, snippets } = hit
  const sent = source === undefined && fields.length === 0 ? '' : sourceText(hit.json)
  // A key without value is left out, as clients know it.
  const keys = hit.sort.flatMap((value, i) => {
    return value === undefined ? [] : [stringifyJson(sortValueJson(value, sort[i]))]
  })
  const members = [
    `"_index":${JSON.stringify(hit.indexId)}`,
    // Documents are never changed.
    version ? '"_version":1' : undefined,
    score === undefined ? undefined : `"_score":${stringifyJson(scoreJson(score))}`,
    source === undefined ? undefined : `"_source":${filterSource(sent, source)}`,
    fields.length === 0
      ? undefined
      : `"fields":${stringifyJson(fieldValues(parseJson(sent), fields))}`,
    highlightText(snippets),
    sort.length === 0 ? undefined : `"sort":[${keys.join(',')}]`,
  ]
  return `{${members.filter((member) => member !== undefined).join(',')}}`
}

function scoreJson(score: number): JsonValue {
  return Number.isInteger(score) ? new JsonFloat(score) : score
}

/** Undefined where nothing is marked. */
function highlightText(snippets: Hit['snippets']): string | undefined {
  const marked = Object.entries(snippets ?? {}).filter(([, fragments]) => fragments.length > 0)
  return marked.length === 0
    ? undefined
    : `"highlight":${JSON.stringify(Object.fromEntries(marked))}`
}
