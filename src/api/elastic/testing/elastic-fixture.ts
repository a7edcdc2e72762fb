import { ApiFixture, sales, type Asked } from '../../testing/api-fixture.ts'

export const ELASTIC = '/api/v1/_elastic'

const WIDE_YAML = `version: "0.9"
index_id: wide-events
doc_mapping:
  field_mappings:
    - { name: at, type: datetime, input_formats: [rfc3339], fast: true, fast_precision: nanoseconds }
    - { name: size, type: u64, fast: true }
    - { name: tag, type: text, tokenizer: raw, fast: true }
    - name: place
      type: object
      field_mappings: [{ name: city, type: text, tokenizer: raw }]
  timestamp_field: at
`

/** 19 digits: JSON.parse would round it. The time of the first event of `wide-events`. */
export const NANOS = 1_704_067_200_123_456_789n

/** 50 sales in two splits, and three events with an object, dynamic fields and integers of 19 digits. */
export async function shopWithEvents(): Promise<ApiFixture> {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(30))
  await shop.ingest('mock-sales', sales(20))
  await shop.create(WIDE_YAML)
  const body = [
    '{"at":"2024-01-01T00:00:00.123456789Z","size":18446744073709551615,"tag":"a","place":{"city":"Ulm","zip":7}}',
    '{"at":"2024-01-01T00:00:00.123456790Z","tag":"b"}',
    '{"at":"2024-01-01T00:00:00.123456791Z","size":3,"tag":"a","extra":{"deep":true}}',
  ].join('\n')
  await shop.ask('/api/v1/wide-events/ingest?commit=force', { body })
  return shop
}

export function json(value: unknown): Asked {
  return { body: JSON.stringify(value) }
}
