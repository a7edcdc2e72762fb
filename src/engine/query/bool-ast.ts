import type { BoolAst, DefaultOperator, QueryAst } from './query-ast.ts'

/** How a clause was joined to its siblings; undefined takes the default operator. */
type Occur = 'must' | 'should' | 'mustNot' | undefined

interface Clause {
  readonly occur: Occur
  readonly query: QueryAst
}

/** One operand of a chain: `operator` stands before it, `sign` is its own `+`, `-` or NOT. */
export interface Operand {
  readonly operator: 'and' | 'or' | undefined
  readonly sign: 'must' | 'mustNot' | undefined
  readonly query: QueryAst
}

/**
 * Groups a chain: runs of AND become one `should` clause when anything else stands beside them.
 *   a OR b AND c   ?a ?(+b +c)
 *   a AND b c      ?(+a +b) ·c
 */
export function joinOperands(
  operands: readonly Operand[],
  defaultOperator: DefaultOperator,
  ids: NodeIds,
): QueryAst {
  const groups: Clause[][] = []
  for (const [index, { operator, sign, query }] of operands.entries()) {
    const next = operands[index + 1]?.operator
    if (operator === 'and') groups.at(-1)?.push({ occur: sign ?? 'must', query })
    else if (next === 'and') groups.push([{ occur: sign ?? 'must', query }])
    else if (operator === 'or' || next === 'or') groups.push([alternative(sign, query)])
    else groups.push([{ occur: sign, query }])
  }
  const [only] = groups
  if (groups.length === 1 && only !== undefined) return boolOf(only, defaultOperator, ids)
  const clauses = groups.map((group): Clause => {
    const [single] = group
    if (group.length === 1 && single !== undefined) return single
    return { occur: 'should', query: boolOf(group, defaultOperator, ids) }
  })
  return boolOf(clauses, defaultOperator, ids)
}

/** `a OR -b` asks for "everything but b" as its second branch. */
function alternative(sign: Operand['sign'], query: QueryAst): Clause {
  if (sign === 'mustNot') return { occur: 'should', query: emptyBool({ mustNot: [query] }) }
  return { occur: sign ?? 'should', query }
}

function boolOf(
  clauses: readonly Clause[],
  defaultOperator: DefaultOperator,
  ids: NodeIds,
): QueryAst {
  const implied = defaultOperator === 'and' ? 'must' : 'should'
  const having = (wanted: Occur): QueryAst[] =>
    ids.distinct(
      clauses
        .filter((clause) => (clause.occur ?? implied) === wanted)
        .map((clause) => clause.query),
    )
  const must = having('must')
  const should = having('should')
  const mustNot = having('mustNot')
  const [positive] = [...must, ...should]
  if (positive !== undefined && must.length + should.length === 1 && mustNot.length === 0) {
    return positive
  }
  return emptyBool({ must, should, mustNot })
}

/** A bool of which only some lists are given. */
export function emptyBool(lists: Partial<Omit<BoolAst, 'kind'>>): BoolAst {
  return {
    kind: 'bool',
    must: lists.must ?? [],
    filter: lists.filter ?? [],
    should: lists.should ?? [],
    mustNot: lists.mustNot ?? [],
    minimumShouldMatch: lists.minimumShouldMatch,
    ...(lists.tieBreaker === undefined ? {} : { tieBreaker: lists.tieBreaker }),
  }
}

/** Gives equal trees equal numbers, each node being looked at once however deep it lies. */
export class NodeIds {
  readonly #byKey = new Map<string, number>()
  readonly #byNode = new WeakMap<QueryAst, number>()

  distinct(nodes: readonly QueryAst[]): QueryAst[] {
    const seen = new Set<number>()
    return nodes.filter((node) => {
      const id = this.#idOf(node)
      return !seen.has(id) && seen.add(id)
    })
  }

  #idOf(node: QueryAst): number {
    const known = this.#byNode.get(node)
    if (known !== undefined) return known
    const key = this.#keyOf(node)
    const id = this.#byKey.get(key) ?? this.#byKey.size
    this.#byKey.set(key, id)
    this.#byNode.set(node, id)
    return id
  }

  #keyOf(node: QueryAst): string {
    if (node.kind === 'boost') return `boost ${node.boost} ${this.#idOf(node.query)}`
    if (node.kind !== 'bool') return JSON.stringify(node)
    const lists = [node.must, node.filter, node.should, node.mustNot]
    const children = lists.map((list) => list.map((child) => this.#idOf(child)).join(' '))
    return `bool ${children.join('|')}|${node.minimumShouldMatch}|${node.tieBreaker}`
  }
}
