import { getJson } from './client.ts'
import { at, listOf, type Json } from './exact-json.ts'

export interface IndexFacts {
  readonly id: string
  readonly timestampField: string | undefined
}

/** Every index, by name. */
export async function listIndexes(signal: AbortSignal): Promise<readonly IndexFacts[]> {
  const answer = listOf(await getJson('indexes', signal))
  const indexes = answer.map((each) => ({
    id: textOf(at(each, 'index_config', 'index_id')) ?? '',
    timestampField: textOf(at(each, 'index_config', 'doc_mapping', 'timestamp_field')),
  }))
  return indexes
    .filter(({ id }) => id !== '')
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
