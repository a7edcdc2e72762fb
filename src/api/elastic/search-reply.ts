import { isJsonObject, parseJson, stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import type { Hit, SearchResponse, SortKey } from '../../engine/search/request.ts'
import { jsonArrayText } from '../reply.ts'
import { sortValueJson } from './sort.ts'
import { withTypedKeys } from './typed-keys.ts'
import { filterSource, type SourceFilter } from './source-filter.ts'

interface ReplyShape {
  readonly sort: readonly SortKey[]
  readonly source: SourceFilter
  readonly scrollId?: string | undefined
  /** The `aggs` that were asked for, where `typed_keys` names their kinds. */
  readonly typedKeys?: JsonValue | undefined
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
  const count = `{"value":${response.numHits},"relation":"eq"}`
  const members = [
    `"took":${Math.round(response.elapsedMicros / 1000)}`,
    '"timed_out":false',
    '"terminated_early":null',
    ...(shape.scrollId === undefined ? [] : [`"_scroll_id":"${shape.scrollId}"`]),
    `"_shards":${JSON.stringify(shards)}`,
    `"hits":{"total":${count},"hits":${hits}}`,
    '"fields":{}',
    ...(aggregations === undefined ? [] : [`"aggregations":${stringifyJson(aggregations)}`]),
  ]
  return members.join(',')
}

function hitText(hit: Hit, { sort, source }: ReplyShape): string {
  const index = `"_index":${JSON.stringify(hit.indexId)}`
  const text = `{${index},"_source":${filterSource(sourceText(hit.json), source)}`
  if (sort.length === 0) return `${text}}`
  // A key without value is left out, as clients know it.
  const values = hit.sort.flatMap((value, i) => {
    return value === undefined ? [] : [stringifyJson(sortValueJson(value, sort[i]))]
  })
  return `${text},"sort":[${values.join(',')}]}`
}

/** The document as it was sent, where the index keeps it beside the document as it is mapped. */
function sourceText(json: string): string {
  if (!json.includes('"_source":')) return json
  const document = parseJson(json)
  const sent = isJsonObject(document) ? document['_source'] : undefined
  return isJsonObject(sent) ? stringifyJson(sent) : json
}
