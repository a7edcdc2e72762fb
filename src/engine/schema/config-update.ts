import { stringifyJson } from '../bytes/json.ts'
import type { TokenizerConfig } from '../text/tokenizer-config.ts'
import { refuseSetting } from './shape.ts'
import type { DocMapping, IndexConfig } from './index-config.ts'
import { serializeDocMapping } from './serialize-config.ts'

interface ConfigUpdate {
  /** The mapping changed in substance: it needs a new `doc_mapping_uid`. */
  readonly docMappingChanged: boolean
}

/** Whether `next` may replace `current`; throws `invalid` naming the setting that cannot change.
 *  A `next` without an `index_uri` keeps the stored one. */
export function checkConfigUpdate(current: IndexConfig, next: IndexConfig): ConfigUpdate {
  refuseChange('index_id', current.indexId, next.indexId)
  refuseChange('index_uri', current.indexUri, next.indexUri ?? current.indexUri)
  const [before, after] = [current.docMapping, next.docMapping]
  refuseChange('doc_mapping.timestamp_field', before.timestampField, after.timestampField)
  for (const tokenizer of before.tokenizers) checkTokenizer(tokenizer, after.tokenizers)
  return { docMappingChanged: fingerprint(before) !== fingerprint(after) }
}

function refuseChange(path: string, before: string | undefined, after: string | undefined): void {
  if (before === after) return
  const quote = (value: string | undefined) => (value === undefined ? 'unset' : `\`${value}\``)
  refuseSetting(path, `cannot be changed from ${quote(before)} to ${quote(after)}`)
}

/** Splits hold its tokens: a tokenizer stays as it is, though a mapping may stop using it. */
function checkTokenizer(before: TokenizerConfig, after: readonly TokenizerConfig[]): void {
  const same = after.find(({ name }) => name === before.name)
  if (same === undefined || stringifyTokenizer(same) !== stringifyTokenizer(before)) {
    const what = same === undefined ? 'removed' : 'changed'
    refuseSetting('doc_mapping.tokenizers', `the tokenizer \`${before.name}\` cannot be ${what}`)
  }
}

function stringifyTokenizer(tokenizer: TokenizerConfig): string {
  return stringifyJson({ ...tokenizer, filters: [...tokenizer.filters] })
}

function fingerprint(mapping: DocMapping): string {
  return stringifyJson(serializeDocMapping({ ...mapping, docMappingUid: undefined }))
}
