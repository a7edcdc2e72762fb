import { getJson } from './client.ts'
import { at, listOf, numberOf, plainText } from './exact-json.ts'

export interface ListedField {
  /** As queries name it. */
  readonly name: string
  readonly type: string
  readonly isSearchable: boolean
  /** Can be sorted by, aggregated and drawn. */
  readonly isAggregatable: boolean
  /** Share of the documents that have it, 0 to 1; undefined: not known. */
  readonly coverage: number | undefined
}

/** The fields of an index, declared ones first. A field of several types comes once for each. */
export async function listFields(
  index: string,
  signal: AbortSignal,
): Promise<readonly ListedField[]> {
  const answer = await getJson(`${encodeURIComponent(index)}/list-fields`, signal)
  return listOf(at(answer, 'fields')).map((field) => {
    const coverage = numberOf(at(field, 'coverage'))
    return {
      name: plainText(at(field, 'name')),
      type: plainText(at(field, 'type')),
      isSearchable: at(field, 'searchable') === true,
      isAggregatable: at(field, 'aggregatable') === true,
      coverage: Number.isNaN(coverage) ? undefined : coverage,
    }
  })
}
