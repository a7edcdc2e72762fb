import type { ViewState } from '../state/view-state.ts'
import { rfc3339OfNs } from '../time/instant.ts'
import { isRelative, resolveTime } from '../time/range.ts'

/** What the command line aggregates; none: hits. */
export type CommandDrawing =
  | { readonly kind: 'count' }
  | { readonly kind: 'histogram'; readonly interval: string; readonly by: string | undefined }
  | { readonly kind: 'terms'; readonly field: string; readonly size: number }
  | { readonly kind: 'stats'; readonly fields: readonly string[] }
  | { readonly kind: 'percentiles'; readonly field: string; readonly percents: readonly number[] }
  | { readonly kind: 'aggs'; readonly json: string }

interface CommandFacts {
  readonly nowMs: number
  readonly timestampField: string | undefined
  readonly drawing?: CommandDrawing | undefined
}

/** The words of the command that shows in a terminal what the page shows. */
export function commandWords(state: ViewState, facts: CommandFacts): string[] {
  const { view, index } = state
  if (view === 'fields') return ['qw-lambda', 'fields', ...indexWords(index)]
  if (view === 'indexes') return ['qw-lambda', 'index', 'list']
  if (view === 'cost') return ['qw-lambda', 'cost-estimate']
  const tail = view === 'tail'
  return [
    'qw-lambda',
    tail ? 'tail' : 'search',
    ...queryWords(state.query.trim()),
    ...indexWords(index),
    ...timeWords('--since', state.from, state, facts.nowMs),
    ...(tail ? [] : timeWords('--until', state.to, state, facts.nowMs)),
    ...(tail || facts.drawing !== undefined ? [] : sortWords(state, facts)),
    ...(facts.drawing === undefined ? columnWords(state) : drawingWords(facts.drawing)),
  ]
}

/** A query that begins with a dash would be a flag, and a dash alone is stdin. */
function queryWords(query: string): string[] {
  if (query === '' || query === '*') return []
  return query.startsWith('-') ? [`--query=${query}`] : [query]
}

function indexWords(index: string): string[] {
  return index === '' ? [] : ['--index', index]
}

/** What moves with the time stays relative; anything else is written with its zone. */
function timeWords(
  flag: string,
  text: string | undefined,
  { tz }: ViewState,
  nowMs: number,
): string[] {
  if (text === undefined) return []
  if (isRelative(text)) return [flag, text.trim()]
  const ns = resolveTime(text, nowMs, tz)
  return ns === undefined ? [] : [flag, rfc3339OfNs(ns)]
}

/** Newest first is what it does by itself. */
function sortWords({ sort }: ViewState, { timestampField }: CommandFacts): string[] {
  const isUsual = sort === 'desc' || timestampField === undefined
  return isUsual ? [] : ['--sort', `${timestampField}:asc`]
}

/** The flag takes a list, in which a comma cannot be escaped. */
function columnWords({ columns }: ViewState): string[] {
  const isWritable = columns.length > 0 && columns.every((column) => !column.includes(','))
  return isWritable ? ['--fields', columns.join(',')] : []
}

function drawingWords(drawing: CommandDrawing): string[] {
  switch (drawing.kind) {
    case 'count':
      return ['--count']
    case 'histogram':
      return [
        '--histogram',
        drawing.interval,
        ...(drawing.by === undefined ? [] : ['--by', drawing.by]),
      ]
    case 'terms':
      return ['--terms', `${drawing.field}:${drawing.size}`]
    case 'stats':
      return ['--stats', drawing.fields.join(',')]
    case 'percentiles':
      return [
        '--percentiles',
        drawing.percents.length === 0
          ? drawing.field
          : `${drawing.field}:${drawing.percents.join(',')}`,
      ]
    case 'aggs':
      return ['--aggs', drawing.json]
  }
}
