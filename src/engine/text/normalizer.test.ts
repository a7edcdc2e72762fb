import { expect, test } from 'vitest'

import { normalizeText } from './normalizer.ts'

test('raw keeps a text, lowercase lowers it', () => {
  expect(normalizeText('Ab Σ', 'raw')).toBe('Ab Σ')
  expect(normalizeText('Ab ΟΣ', 'lowercase')).toBe('ab οσ')
})

test('values of 255 bytes and more have no column value', () => {
  expect(normalizeText('x'.repeat(254), 'raw')).toHaveLength(254)
  expect(normalizeText('x'.repeat(255), 'raw')).toBeUndefined()
  expect(normalizeText('X'.repeat(255), 'lowercase')).toBeUndefined()
})
