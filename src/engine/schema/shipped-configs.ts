import { parseIndexConfig } from './config-text.ts'
import type { IndexConfig } from './index-config.ts'

/**
 * The index configs that come with the package, as text so that a Lambda zip needs no extra file.
 * `mock-sales` fits the generator's documents, `hdfs-logs` the HDFS log data set.
 */
const MOCK_SALES_YAML = `# Sales of the mock data generator: one document per sale.
version: "0.8"
index_id: mock-sales

doc_mapping:
  field_mappings:
    - name: ts
      type: datetime
      input_formats:
        - unix_timestamp
      output_format: unix_timestamp_millis
      fast_precision: milliseconds
      fast: true
    - name: id
      type: u64
    - name: name
      type: text
      tokenizer: raw
    - name: price
      type: f64
      fast: true
    - name: quantity
      type: u64
      fast: true
    - name: description
      type: text
      tokenizer: default
  timestamp_field: ts

search_settings:
  default_search_fields: [name, description]

indexing_settings:
  split_num_docs_target: 2000000
`

const HDFS_LOGS_YAML = `# Log lines of HDFS, one tenant per document. Undeclared keys stay searchable (dynamic mode).
version: "0.8"
index_id: hdfs-logs

doc_mapping:
  field_mappings:
    - name: timestamp
      type: datetime
      input_formats:
        - unix_timestamp
      output_format: unix_timestamp_secs
      fast_precision: seconds
      fast: true
    - name: tenant_id
      type: u64
    - name: severity_text
      type: text
      tokenizer: raw
      fast: true
    - name: body
      type: text
      tokenizer: default
      record: position
    - name: resource
      type: json
      tokenizer: raw
  tag_fields: [tenant_id]
  timestamp_field: timestamp

search_settings:
  default_search_fields: [severity_text, body]

indexing_settings:
  split_num_docs_target: 2000000
`

const SHIPPED: ReadonlyMap<string, string> = new Map([
  ['mock-sales', MOCK_SALES_YAML],
  ['hdfs-logs', HDFS_LOGS_YAML],
])

/** The config that ships under this index id. */
export function shippedConfig(indexId: string): IndexConfig | undefined {
  const text = shippedConfigText(indexId)
  return text === undefined ? undefined : parseIndexConfig(text, 'yaml')
}

/** The same as commented YAML, to be written where a user can edit it. */
export function shippedConfigText(indexId: string): string | undefined {
  return SHIPPED.get(indexId)
}
