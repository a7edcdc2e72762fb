import type { QueryAst } from '../../engine/query/query-ast.ts'
import type { CliContext } from '../command/context.ts'
import type { IndexFacts } from '../stack/index-facts.ts'
import { parseQuery, readQuery, refuseSwallowedRedirect } from './query-text.ts'
import type { SearchOptions } from './search-options.ts'
import { parseSort, type SortKeySpec } from './sort-keys.ts'
import { timeWindow, type TimeWindow } from './time-options.ts'

/** What is searched for, understood before anything is asked. */
export interface Question {
  readonly query: string
  readonly ast: QueryAst
  readonly window: TimeWindow
  /** Undefined: newest first, or best first without a time. */
  readonly sort: readonly SortKeySpec[] | undefined
  readonly searchFields: readonly string[]
}

export async function readQuestion(
  context: CliContext,
  argument: string | undefined,
  options: SearchOptions,
): Promise<Question> {
  const query = await readQuery({ argument, options })
  refuseSwallowedRedirect(query)
  const ast = parseQuery(query, context.out.style.ascii)
  const window = timeWindow(options, context.clock.nowMs())
  const sort = options.sort === undefined ? undefined : parseSort(options.sort)
  for (const note of [...window.notes, ...(sort?.note === undefined ? [] : [sort.note])]) {
    context.report.hint(note)
  }
  return { query, ast, window, sort: sort?.keys, searchFields: options.searchFields ?? [] }
}

export function sortOf(question: Question, facts: IndexFacts | undefined): readonly SortKeySpec[] {
  if (question.sort !== undefined) return question.sort
  const timestamp = facts?.timestampField
  if (timestamp !== undefined) return [{ field: timestamp, order: 'desc' }]
  return question.ast.kind === 'matchAll' ? [] : [{ field: '_score', order: 'desc' }]
}
