import { describe, expect, test } from 'vitest'
import { parseIndexConfig } from '../../engine/schema/config-text.ts'
import { shippedConfig, shippedConfigText } from '../../engine/schema/shipped-configs.ts'
import { parseRetentionText, retentionYaml, withRetention } from './retention.ts'

const sales = shippedConfig('mock-sales')

describe('what is typed', () => {
  test.each(['30d', '12 weeks', '1h 30m'])('%s is a period', (text) => {
    expect(parseRetentionText(text)).toBe(text)
  })

  test.each(['forever', 'none'])('%s is no period', (text) => {
    expect(parseRetentionText(text)).toBeUndefined()
  })

  test('anything else is refused with examples', () => {
    expect(() => parseRetentionText('soon')).toThrow(
      expect.objectContaining({ kind: 'invalid', fix: expect.stringContaining('30d') }),
    )
  })
})

test('the file and the config say the same', () => {
  if (sales === undefined) throw new Error('the sample’s config ships')
  for (const period of ['30d', undefined]) {
    const text = (shippedConfigText('mock-sales') ?? '') + retentionYaml(period)
    expect(parseIndexConfig(text, 'yaml').retention).toEqual(withRetention(sales, period).retention)
  }
})

test('documents without a time cannot grow old', () => {
  const config = parseIndexConfig('{version: "0.9", index_id: plain, doc_mapping: {}}', 'yaml')
  expect(() => withRetention(config, '30d')).toThrow(/no timestamp field/)
})
