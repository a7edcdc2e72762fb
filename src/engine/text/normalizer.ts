import type { Normalizer } from '../schema/field-spec.ts'
import { toLower } from './token-filters.ts'
import { fitsTokenLimit } from './token-length.ts'

/** The column's form of a text; undefined when it is too long to be kept. */
export function normalizeText(text: string, normalizer: Normalizer): string | undefined {
  const normalized = normalizer === 'lowercase' ? toLower(text) : text
  return fitsTokenLimit(normalized) ? normalized : undefined
}
