import type { Normalizer } from '../schema/field-spec.ts'

/** Values and tokens of this many UTF-8 bytes or more are dropped. */
export const MAX_TOKEN_BYTES = 255

/** The column's form of a text; undefined when it is too long to be kept. */
export function normalizeText(text: string, normalizer: Normalizer): string | undefined {
  throw new Error(`not written yet ${text} ${normalizer}`)
}
