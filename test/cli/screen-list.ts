/** The command lines whose screens are kept, in the order in which they are played. */
export const SCREENS: readonly (readonly [name: string, commandLine: string])[] = [
  ['welcome-first', ''],
  ['help', '--help'],
  ['help-search', 'search --help'],
  ['help-generator', 'generator --help'],
  ['topics', 'help'],
  ['topic-query', 'help query'],
  ['topic-environment', 'help environment'],
  ['topic-exit-codes', 'help exit-codes'],
  ['error-not-set-up', 'status'],
  ['error-unknown-command', 'serach x'],
  ['error-unknown-flag', 'search x --histgram'],
  ['error-format', 'status --format csv'],
  ['init', 'init --target local --name shop --data empty --schema orders.yaml -y'],
  ['ingest', 'ingest orders.ndjson'],
  ['status', 'status'],
  ['status-json', 'status --json'],
  ['welcome', ''],
  ['list', 'list'],
  ['index-list', 'index list'],
  ['index-describe', 'index describe'],
  ['index-splits', 'index splits'],
  ['index-splits-draw', 'index splits --draw'],
  ['index-split', 'index split 0 --files'],
  ['index-checkpoints', 'index checkpoints'],
  ['index-merge', 'index merge'],
  ['index-gc', 'index gc'],
  ['index-snapshot', 'index snapshot create monday'],
  ['index-snapshot-list', 'index snapshot list'],
  ['index-restore', 'index restore monday --dry-run'],
  ['fields', 'fields'],
  ['search', 'search item:apple -n 5'],
  ['search-one', 'search quantity:7 -n 1'],
  ['search-line', 'search quantity:7 -n 2 --format line'],
  ['search-histogram', 'search --histogram 10m --by item:2'],
  ['search-terms', 'search --terms item'],
  ['search-context', 'search quantity:7 -n 3 -C 1'],
  ['search-explain', 'search item:apple --since 2026-11-23T03:30:00Z --explain'],
  [
    'search-save',
    'search item:apple --since 2026-11-23T03:30:00Z --fields item,quantity -n 2 --save apples',
  ],
  ['search-saved', 'search --saved apples quantity:5 --count'],
  ['search-list-saved', 'search --list-saved'],
  ['search-forget', 'search --forget apples'],
  ['error-saved', 'search --saved aples'],
  ['search-jq', 'search item:apple -n 2 --jq .hits[]|{item,quantity}'],
  ['error-jq', 'search --jq .hits['],
  ['search-none', 'search item:melon'],
  ['error-query', 'search quantity:[1'],
  ['generator-status', 'generator status'],
  ['generator-set', 'generator set --every 15m --docs 20000'],
  ['generator-pause', 'generator pause'],
  ['generator-resume', 'generator resume'],
  ['cost', 'cost-estimate'],
  ['cost-explain', 'cost-estimate --explain --queries 100k --retention forever --region eu-west-1'],
  ['error-assume', 'cost-estimate --assume indexRatoi=2,docs=many'],
  ['config', 'config list --origin'],
  ['logs', 'logs --since 1d'],
  ['teardown-plan', 'teardown --dry-run'],
  ['error-confirm', 'teardown'],
  ['teardown', 'teardown --confirm shop'],
  ['teardown-again', 'teardown --confirm shop'],
]

export const SCHEMA = `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: ts, type: datetime, fast: true, input_formats: [unix_timestamp], output_format: rfc3339, fast_precision: milliseconds}
    - {name: item, type: text, tokenizer: raw, fast: true}
    - {name: quantity, type: u64, fast: true}
    - {name: note, type: text, record: position}
  timestamp_field: ts
search_settings: {default_search_fields: [note]}
`

const ITEMS = [
  'apple',
  'pear',
  'plum',
  'fig',
  'a rather long name of a fruit that has to be cut somewhere',
]

/** Five hundred orders in the hour before the stage's time. */
export function orders(): string {
  return Array.from({ length: 500 }, (_, i) =>
    JSON.stringify({
      ts: 1_795_402_800 + i * 7,
      item: ITEMS[(i * i) % ITEMS.length],
      quantity: (i * 7) % 10,
      note: `order number ${i}, to be delivered on the same day`,
    }),
  ).join('\n')
}
