import { toLower } from './token-filters.ts'
import { fitsTokenLimit } from './token-length.ts'

export type Normalizer = 'raw' | 'lowercase'

/** The column's form of a text; undefined when it is too long to be kept. */
export function normalizeText(text: string, normalizer: Normalizer): string | undefined {
  const normalized = normalizer === 'lowercase' ? toLower(text) : text
  return fitsTokenLimit(normalized) ? normalized : undefined
}
