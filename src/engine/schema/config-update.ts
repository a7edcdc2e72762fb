import { stringifyJson } from '../bytes/json.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import { refuseSetting } from './shape.ts'
import type { DocMapping, IndexConfig } from './index-config.ts'
import { serializeDocMapping } from './serialize-config.ts'

interface ConfigUpdate {
  /** The mapping changed in substance: it needs a new `doc_mapping_uid`. */
  readonly docMappingChanged: boolean
}

/** What cannot change, by the path of the setting. */
interface RefusedChange {
  readonly path: string
  readonly reason: string
}

/** Whether `next` may replace `current`; throws `invalid` naming the first setting that cannot change.
 *  A `next` without an `index_uri` keeps the stored one. */
export function checkConfigUpdate(current: IndexConfig, next: IndexConfig): ConfigUpdate {
  const [refused] = refusedChanges(current, next)
  if (refused !== undefined) refuseSetting(refused.path, refused.reason)
  return { docMappingChanged: fingerprint(current.docMapping) !== fingerprint(next.docMapping) }
}

/** Empty: the whole of `next` is allowed. */
export function refusedChanges(current: IndexConfig, next: IndexConfig): RefusedChange[] {
  const [before, after] = [current.docMapping, next.docMapping]
  const timestamps = [before.timestampField, after.timestampField] as const
  return [
    ...refuseChange('index_id', current.indexId, next.indexId),
    ...refuseChange('index_uri', current.indexUri, next.indexUri ?? current.indexUri),
    ...refuseChange('doc_mapping.timestamp_field', ...timestamps),
    ...before.tokenizers.flatMap((tokenizer) => refuseTokenizer(tokenizer, after.tokenizers)),
  ]
}

function refuseChange(
  path: string,
  before: string | undefined,
  after: string | undefined,
): RefusedChange[] {
  if (before === after) return []
  const quote = (value: string | undefined) => (value === undefined ? 'unset' : `\`${value}\``)
  return [{ path, reason: `cannot be changed from ${quote(before)} to ${quote(after)}` }]
}

/** Splits hold its tokens: a tokenizer stays as it is, though a mapping may stop using it. */
function refuseTokenizer(
  before: TokenizerConfig,
  after: readonly TokenizerConfig[],
): RefusedChange[] {
  const same = after.find(({ name }) => name === before.name)
  if (same !== undefined && stringifyTokenizer(same) === stringifyTokenizer(before)) return []
  const what = same === undefined ? 'removed' : 'changed'
  const reason = `the tokenizer \`${before.name}\` cannot be ${what}`
  return [{ path: 'doc_mapping.tokenizers', reason }]
}

function stringifyTokenizer(tokenizer: TokenizerConfig): string {
  return stringifyJson({ ...tokenizer, filters: [...tokenizer.filters] })
}

function fingerprint(mapping: DocMapping): string {
  return stringifyJson(serializeDocMapping({ ...mapping, docMappingUid: undefined }))
}
