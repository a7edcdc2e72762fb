import type { Query } from '../query/query.ts'
import type { SearchPlanResponse, SearchRequest } from './request.ts'
import type { IndexPlan } from './root-plan.ts'

type Reads = SearchPlanResponse['storageRequests']

/** The most that one split can cost before coalescing: one read for each thing the query names. */
export function countReads(request: SearchRequest, index: IndexPlan | undefined): Reads {
  const counts = { footer: 1, fastfield: 0, fieldnorm: 0, sstable: 0, posting: 0, position: 0 }
  if (index === undefined) return { ...counts, footer: 0 }
  const columns = new Set<string>()
  const fields = new Set<string>()
  visit(index.query, (leaf) => {
    const terms = termCount(leaf)
    counts.sstable += terms
    counts.posting += terms
    if (leaf.kind === 'phrase' || leaf.kind === 'phrasePrefix') counts.position += terms
    if (leaf.kind === 'term' || leaf.kind === 'phrase') fields.add(leaf.field.path)
    if (leaf.kind === 'range' || leaf.kind === 'columnTerm') columns.add(leaf.field.path)
    if (leaf.kind === 'exists') columns.add(leaf.path)
  })
  for (const key of index.sort) if (key.by === 'field') columns.add(key.field)
  for (const { aggregation } of index.aggregations ?? []) {
    for (const path of aggregation.paths) columns.add(path)
  }
  counts.fastfield = columns.size
  if (request.sort.some(({ by }) => by === 'score')) counts.fieldnorm = fields.size
  return counts
}

function termCount(leaf: Query): number {
  switch (leaf.kind) {
    case 'term':
    case 'prefix':
    case 'pattern':
      return 1
    case 'termSet':
    case 'phrase':
      return leaf.terms.length
    case 'phrasePrefix':
      return leaf.terms.length + 1
    case 'matchAll':
    case 'matchNone':
    case 'bool':
    case 'boost':
    case 'range':
    case 'columnTerm':
    case 'exists':
      return 0
  }
}

function visit(query: Query, leaf: (query: Query) => void): void {
  if (query.kind === 'boost') visit(query.query, leaf)
  else if (query.kind === 'bool') {
    for (const part of [...query.must, ...query.filter, ...query.should, ...query.mustNot]) {
      visit(part, leaf)
    }
  } else leaf(query)
}
