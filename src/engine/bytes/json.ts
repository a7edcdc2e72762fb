/**
 * Lossless JSON. Integers outside ±(2^53 - 1) are bigint; an integral number that was written as a
 * float (`1.0`, `1e3`) is a `JsonFloat`, so that it can be told from `1`; other numbers are plain.
 */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonFloat
  | JsonValue[]
  | JsonObject

export interface JsonObject {
  [key: string]: JsonValue
}

/** An integral number written as a float: printed with a decimal point. */
export class JsonFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Nesting of arrays and objects that `parseJson` accepts. */
export const MAX_JSON_DEPTH = 128

/** Throws `invalid` with a position; of duplicate keys the last wins. */
export function parseJson(text: string, maxDepth: number = MAX_JSON_DEPTH): JsonValue {
  throw new Error(`not written yet ${text.length} ${maxDepth}`)
}

export function stringifyJson(value: JsonValue): string {
  throw new Error(`not written yet ${typeof value}`)
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonFloat)
  )
}
