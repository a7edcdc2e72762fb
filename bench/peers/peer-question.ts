import type { QueryAst, RangeBoundAst } from '../../src/engine/query/query-ast.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'
import type { Clause, PeerQuestion } from './peer.ts'

/** The question behind one of our requests. Throws for what no peer is asked yet. */
export function peerQuestion(request: Partial<SearchRequest>): PeerQuestion {
  const { query, maxHits = 0, sort = [], aggs } = request
  const [key] = sort
  if (sort.length > 1) throw unknown('sort', sort)
  if (key !== undefined && (key.by !== 'field' || key.order !== 'desc')) throw unknown('sort', key)
  return {
    clauses: query === undefined ? [] : clausesOf(query),
    hits: maxHits,
    newestBy: key?.field,
    aggs,
  }
}

function clausesOf(query: QueryAst): Clause[] {
  if (query.kind === 'bool') {
    if (query.should.length + query.mustNot.length > 0) throw unknown('query', query)
    return [...query.must, ...query.filter].flatMap(clausesOf)
  }
  if (query.kind !== 'text' && query.kind !== 'range') throw unknown('query', query)
  const [field] = query.fields ?? []
  if (field === undefined || query.fields?.length !== 1) throw unknown('query', query)
  if (query.kind === 'text') return [{ kind: 'text', field, text: query.text }]
  return [{ kind: 'range', field, above: exclusive(query.lower), below: exclusive(query.upper) }]
}

function exclusive(bound: RangeBoundAst | undefined): number | undefined {
  if (bound?.inclusive === true) throw unknown('bound', bound)
  return bound === undefined ? undefined : Number(bound.value)
}

function unknown(what: string, value: unknown): Error {
  return new Error(`no peer is asked this ${what}: ${JSON.stringify(value)}`)
}
