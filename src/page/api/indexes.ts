import { mappingFacts, type MappingFacts } from '../query/field-facts.ts'
import { getJson } from './client.ts'
import { at, listOf, numberOf, plainText } from './exact-json.ts'

export interface IndexFacts {
  readonly id: string
  readonly mapping: MappingFacts
}

/** Every index, by name. */
export async function listIndexes(signal: AbortSignal): Promise<readonly IndexFacts[]> {
  const answer = listOf(await getJson('indexes', signal))
  return answer
    .map((each) => ({
      id: plainText(at(each, 'index_config', 'index_id')),
      mapping: mappingFacts(each),
    }))
    .filter(({ id }) => id !== '')
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

interface IndexSize {
  readonly docs: number
  /** Milliseconds, end exclusive; undefined: no document has a time. */
  readonly times: { readonly startMs: number; readonly endMs: number } | undefined
}

/** What an index holds; costs no search. */
export async function describeIndex(id: string, signal: AbortSignal): Promise<IndexSize> {
  const answer = await getJson(`indexes/${encodeURIComponent(id)}/describe`, signal)
  const first = numberOf(at(answer, 'min_timestamp'))
  const last = numberOf(at(answer, 'max_timestamp'))
  return {
    docs: numberOf(at(answer, 'num_published_docs')),
    // Whole seconds: the last one counts to its end.
    times: Number.isNaN(first + last)
      ? undefined
      : { startMs: first * 1_000, endMs: (last + 1) * 1_000 },
  }
}
