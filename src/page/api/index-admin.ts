import { ask, getJson, postJson } from './client.ts'
import {
  at,
  isJsonObject,
  listOf,
  numberOf,
  plainText,
  stringifyExact,
  type Json,
} from './exact-json.ts'

/** What an index holds, for the list of indexes. */
export interface IndexSize {
  readonly id: string
  readonly docs: number
  /** As stored. */
  readonly bytes: number
  /** As the documents came. */
  readonly sourceBytes: number
}

export async function listSizes(signal: AbortSignal): Promise<readonly IndexSize[]> {
  const answer = await getJson('_elastic/_cat/indices?format=json&bytes=b', signal)
  return listOf(answer)
    .map((row) => ({
      id: plainText(at(row, 'index')),
      docs: Number(plainText(at(row, 'docs.count'))),
      bytes: Number(plainText(at(row, 'store.size'))),
      sourceBytes: Number(plainText(at(row, 'dataset.size'))),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

export interface MappedField {
  /** Names from the outside in, joined with dots. */
  readonly name: string
  readonly type: string
  readonly isFast: boolean
  readonly isIndexed: boolean
  /** What else the mapping says of it, as short words. */
  readonly notes: readonly string[]
}

/** How an index is set up. */
export interface IndexSetup {
  readonly id: string
  readonly timestampField: string | undefined
  readonly mode: string
  /** `30 days`; undefined: kept for ever. */
  readonly retention: string | undefined
  readonly mergePolicy: string
  readonly fields: readonly MappedField[]
  /** The whole config, as it is changed. */
  readonly config: Json
}

export async function loadSetup(id: string, signal: AbortSignal): Promise<IndexSetup> {
  const config = at(await getJson(pathOf(id), signal), 'index_config') ?? null
  const mapping = at(config, 'doc_mapping')
  return {
    id,
    timestampField: textOf(at(mapping, 'timestamp_field')),
    mode: plainText(at(mapping, 'mode')),
    retention: textOf(at(config, 'retention', 'period')),
    mergePolicy: policyText(at(config, 'indexing_settings', 'merge_policy')),
    fields: mappedFields(listOf(at(mapping, 'field_mappings'))),
    config,
  }
}

function policyText(policy: Json | undefined): string {
  const type = plainText(at(policy, 'type'))
  const factor = plainText(at(policy, 'merge_factor'))
  return factor === '' ? type : `${type}, ${factor} splits into one`
}

/** The fields of a config, those inside objects under their whole name. */
export function mappedFields(mappings: readonly Json[], prefix = ''): MappedField[] {
  return mappings.flatMap((mapping) => {
    const name = `${prefix}${plainText(at(mapping, 'name'))}`
    const type = plainText(at(mapping, 'type'))
    if (type === 'object') return mappedFields(listOf(at(mapping, 'field_mappings')), `${name}.`)
    const fast = at(mapping, 'fast')
    return [
      {
        name,
        type,
        isFast: fast === true || isJsonObject(fast),
        isIndexed: at(mapping, 'indexed') !== false,
        notes: notesOf(mapping),
      },
    ]
  })
}

function notesOf(mapping: Json): string[] {
  const tokenizer = plainText(at(mapping, 'tokenizer'))
  const precision = plainText(at(mapping, 'fast_precision'))
  return [
    ...(tokenizer === '' ? [] : [`tokenizer ${tokenizer}`]),
    ...(precision === '' ? [] : [precision]),
    ...(at(mapping, 'stored') === false ? ['not stored'] : []),
  ]
}

export interface SplitFacts {
  readonly id: string
  readonly docs: number
  readonly sourceBytes: number
  /** Unix seconds, both inclusive; undefined: documents without a time. */
  readonly span: { readonly start: number; readonly end: number } | undefined
  /** Unix seconds. */
  readonly published: number
  /** Merged no more. */
  readonly isMature: boolean
}

/** Drawn and listed at once. */
export const MAX_SPLITS = 1_000

/** The splits that searches see, by time. */
export async function listSplits(id: string, signal: AbortSignal): Promise<readonly SplitFacts[]> {
  const path = `${pathOf(id)}/splits?split_states=Published&limit=${MAX_SPLITS}`
  return listOf(at(await getJson(path, signal), 'splits'))
    .map((split) => {
      const range = at(split, 'time_range')
      return {
        id: plainText(at(split, 'split_id')),
        docs: numberOf(at(split, 'num_docs')),
        sourceBytes: numberOf(at(split, 'uncompressed_docs_size_in_bytes')),
        span: isJsonObject(range)
          ? { start: numberOf(range['start']), end: numberOf(range['end']) }
          : undefined,
        published: numberOf(at(split, 'publish_timestamp')),
        isMature: at(split, 'maturity', 'type') === 'mature',
      }
    })
    .toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
}

/** Keeps documents for a period from now on; undefined: for ever. */
export async function changeRetention(
  { id, config }: IndexSetup,
  period: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (!isJsonObject(config)) return
  const { retention: standing, ...rest } = config
  const kept = isJsonObject(standing) ? standing : {}
  const changed = period === undefined ? rest : { ...rest, retention: { ...kept, period } }
  await ask({ method: 'PUT', path: pathOf(id), body: stringifyExact(changed) }, signal)
}

export async function deleteIndex(id: string, signal: AbortSignal): Promise<void> {
  await ask({ method: 'DELETE', path: pathOf(id) }, signal)
}

export async function emptyIndex(id: string, signal: AbortSignal): Promise<void> {
  await ask({ method: 'PUT', path: `${pathOf(id)}/clear` }, signal)
}

/** Says what was merged. */
export async function mergeSplits(id: string, signal: AbortSignal): Promise<Json> {
  return await postJson(`${encodeURIComponent(id)}/merge`, {}, signal)
}

/** Deletes what retention and merges have left behind, or says what would go. */
export async function cleanUp(id: string, isTrial: boolean, signal: AbortSignal): Promise<Json> {
  return await postJson(`${encodeURIComponent(id)}/gc`, { dry_run: isTrial }, signal)
}

function pathOf(id: string): string {
  return `indexes/${encodeURIComponent(id)}`
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
