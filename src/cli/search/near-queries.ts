import { isJsonObject } from '../../engine/bytes/json.ts'
import type { QueryAst } from '../../engine/query/query-ast.ts'
import { shellWord } from '../command/shell-word.ts'
import { plural } from '../format/number.ts'
import { apiGetJson } from '../stack/api-client.ts'
import { numberOf } from './buckets.ts'
import type { FieldFacts, IndexFacts } from '../stack/index-facts.ts'
import { indexPath, type SearchSession } from './session.ts'
import { windowSeconds, type TimeWindow } from './time-options.ts'

/** A query that the user may have meant, and what is different about it. */
interface NearQuery {
  readonly because: string
  readonly query: string
  readonly index: string
  /** Without the time range. */
  readonly anyTime?: true
}

/** Each is a search of its own: where those are paid for, fewer are made. */
const MOST_TRIED = { local: 12, paid: 4 }
const MOST_SHOWN = 2

/**
 * Queries near one that found nothing, each with the number of its hits: the same at any time, in
 * another spelling of a field that is matched whole, in another field, in another index.
 */
export async function nearQueryHints(
  session: SearchSession,
  { query, ast, window }: { query: string; ast: QueryAst; window: TimeWindow },
): Promise<string[]> {
  const { facts, route, index } = session
  if (facts === undefined || ast.kind === 'matchAll') return []
  const isTimed = window.startNs !== undefined || window.endNs !== undefined
  const near: NearQuery[] = [
    ...(isTimed
      ? [{ because: 'outside the time range', query, index, anyTime: true } as const]
      : []),
    ...spellings(ast, facts).map((near) => ({ ...near, index })),
    ...(await otherIndexes(session)).map((id) => ({ because: `in ${id}`, query, index: id })),
  ]
  const most = route.client.via === 'local' ? MOST_TRIED.local : MOST_TRIED.paid
  const hints: string[] = []
  for (const each of near.slice(0, most)) {
    const hits = await countOf(session, each, window)
    if (hits > 0) hints.push(hintOf(each, hits, session))
    if (hints.length === MOST_SHOWN) break
  }
  return hints
}

function hintOf(
  { because, query, index, anyTime }: NearQuery,
  hits: number,
  session: SearchSession,
): string {
  const where = index === session.index ? '' : ` --index ${shellWord(index)}`
  const time = anyTime === true ? '' : timeFlags(session)
  return `${plural(hits, 'hit')} ${because}: qw-lambda search ${shellWord(query)}${where}${time}`
}

function timeFlags({ options }: SearchSession): string {
  return (['since', 'until', 'from', 'to'] as const)
    .flatMap((name) =>
      options[name] === undefined ? [] : [` --${name} ${shellWord(options[name])}`],
    )
    .join('')
}

/** Of a query that is one word or one value of a field. */
function spellings(
  ast: QueryAst,
  facts: IndexFacts,
): { readonly because: string; readonly query: string }[] {
  if (ast.kind !== 'text' && ast.kind !== 'term') return []
  const value = ast.kind === 'text' ? ast.text : ast.value
  const asked = ast.fields ?? facts.defaultSearchFields
  const texts = facts.fields.filter(({ type }) => type === 'text')
  const of = (field: FieldFacts, text: string): string => `${field.path}:${quoted(text)}`
  const whole = texts.filter((field) => field.isWhole && asked.includes(field.path))
  const cases = [value.toUpperCase(), value.toLowerCase(), capitalized(value)].filter(
    (variant, i, all) => variant !== value && all.indexOf(variant) === i,
  )
  return [
    ...whole.flatMap((field) =>
      cases.map((text) => ({
        because: `in another case (${field.path} is matched whole)`,
        query: of(field, text),
      })),
    ),
    ...(/^[\p{L}\p{N}_-]+$/u.test(value) ? whole : []).map((field) => ({
      because: `as a part (${field.path} is matched whole)`,
      query: `${field.path}:*${value}*`,
    })),
    ...texts
      .filter(({ path }) => !asked.includes(path))
      .flatMap((field) =>
        [value, ...(field.isWhole ? cases : [])].map((text) => ({
          because: `in ${field.path}`,
          query: of(field, text),
        })),
      ),
  ]
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()
}

function quoted(text: string): string {
  return /^[\p{L}\p{N}_]+$/u.test(text) ? text : JSON.stringify(text)
}

async function otherIndexes({ route, facts, signal }: SearchSession): Promise<string[]> {
  const all = await apiGetJson(route.client, '/indexes?format=json', signal).catch(() => [])
  return (Array.isArray(all) ? all : []).flatMap((metadata) => {
    const config = isJsonObject(metadata) ? metadata['index_config'] : undefined
    const id = isJsonObject(config) ? config['index_id'] : undefined
    return typeof id === 'string' && id !== facts?.indexId ? [id] : []
  })
}

/** 0 also where the query does not fit the index. */
async function countOf(
  { route, signal }: SearchSession,
  { query, index, anyTime }: NearQuery,
  window: TimeWindow,
): Promise<number> {
  const { start, end } = windowSeconds(window)
  const range =
    anyTime === true
      ? []
      : ([
          ['start_timestamp', start],
          ['end_timestamp', end],
        ] as const)
  const parameters = new URLSearchParams({ query, max_hits: '0', format: 'json' })
  for (const [name, seconds] of range) {
    if (seconds !== undefined) parameters.set(name, String(seconds))
  }
  const path = `/${indexPath(index)}/search?${parameters.toString()}`
  const answer = await apiGetJson(route.client, path, signal).catch(() => null)
  return isJsonObject(answer) ? numberOf(answer['num_hits']) : 0
}
