import { indexFacts } from '../state/catalog.ts'
import { fields } from '../state/fields.ts'
import {
  clauseSuggestions,
  completed,
  placeAt,
  valueSuggestions,
  type Suggestion,
} from '../query/complete.ts'
import { queryHistory } from './query-history.ts'
import { topValues } from './top-values.ts'

/** One line of the list under the query box, and what the box holds when it is chosen. */
export interface Choice {
  readonly label: string
  readonly detail: string
  readonly text: string
  readonly cursor: number
}

/** Lines that the list has: more are found by typing on. */
const MAX_CHOICES = 12

/** What may stand at the cursor: fields, operators, or the values that most documents have. */
export async function suggest(text: string, cursor: number): Promise<readonly Choice[]> {
  const index = indexFacts.value
  const place = placeAt(text, cursor)
  if (index === undefined || place === undefined) return []
  const choices = (suggestions: readonly Suggestion[]): readonly Choice[] =>
    suggestions
      .slice(0, MAX_CHOICES)
      .map((suggestion) => ({ ...suggestion, ...completed(text, place, suggestion) }))
  if (place.kind === 'value') {
    const field = index.mapping.field(place.field)
    const isFast =
      field.fast || fields.value.some((each) => each.name === place.field && each.isAggregatable)
    const values = isFast ? await topValues(index, field, place.typed) : []
    return choices(valueSuggestions(place, field, values))
  }
  const names = [...new Set(fields.value.map(({ name }) => name))]
  const known = names.length > 0 ? names : index.mapping.declared.map(({ path }) => path)
  const facts = known.map((name) => {
    const type = fields.value.find((each) => each.name === name)?.type
    const field = index.mapping.field(name)
    return type === undefined ? field : { ...field, type }
  })
  return choices(clauseSuggestions(place, facts))
}

/** What was asked before, the latest first; with a text, what holds it. */
export function remembered(text: string): readonly Choice[] {
  const wanted = text.trim().toLowerCase()
  return queryHistory()
    .filter((query) => query !== text.trim() && query.toLowerCase().includes(wanted))
    .slice(0, MAX_CHOICES)
    .map((query) => ({ label: query, detail: '', text: query, cursor: query.length }))
}
