import { isJsonObject, setKey, type JsonObject, type JsonValue } from '../../bytes/json.ts'

/** Absent, null and empty text are how a batch says nothing. */
export function set(doc: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value !== undefined && value !== null && value !== '') setKey(doc, name, value)
}

export function setAttributes(doc: JsonObject, name: string, holder: JsonObject): void {
  const found = attributes(holder)
  if (Object.keys(found).length > 0) doc[name] = found
}

/** Lists of key and value as an object. */
export function attributes(holder: JsonValue | undefined): JsonObject {
  const out: JsonObject = {}
  if (!isJsonObject(holder)) return out
  for (const { key, value } of objects(holder['attributes'])) {
    if (typeof key === 'string') set(out, key, anyValue(value))
  }
  return out
}

/** `{"stringValue":"x"}` and its relatives as the value itself; integers come as text. */
export function anyValue(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } =
    value
  if (intValue !== undefined) return typeof intValue === 'string' ? integer(intValue) : intValue
  if (isJsonObject(arrayValue)) return objects(arrayValue['values']).map(anyValue)
  if (isJsonObject(kvlistValue)) return attributes({ attributes: kvlistValue['values'] ?? null })
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null
}

function integer(text: string): JsonValue {
  if (!/^-?\d{1,19}$/.test(text)) return text
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

/** Nanoseconds since 1970, written as text or as a number. Zero stands for an unknown time. */
export function nanosOf(value: JsonValue | undefined): bigint | undefined {
  let nanos: bigint | undefined
  if (typeof value === 'bigint') nanos = value
  else if (typeof value === 'number' && Number.isInteger(value)) nanos = BigInt(value)
  else if (typeof value === 'string' && /^\d{1,19}$/.test(value)) nanos = BigInt(value)
  return nanos === 0n ? undefined : nanos
}

/** Enumerations come as numbers, or as names such as SPAN_KIND_SERVER. */
export function enumName(
  value: JsonValue | undefined,
  names: readonly string[],
): string | undefined {
  if (typeof value === 'number') return names[value]
  if (typeof value !== 'string') return undefined
  return names.find((name) => value.toLowerCase().endsWith(`_${name}`))
}

export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
export const STATUSES = ['unset', 'ok', 'error']

export function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** Empty where there is none. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
