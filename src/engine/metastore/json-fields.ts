import { QwError } from '../errors.ts'

/** A JSON object as `JSON.parse` gives it, on its way to a typed value. */
export type Fields = Readonly<Record<string, unknown>>

/** Parses bytes that this program wrote: anything unexpected is `corrupt`, named by `what`. */
export function parseFields(bytes: Uint8Array, what: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new QwError('corrupt', `${what} is not valid JSON`, { cause })
  }
  if (!isFields(value)) throw new QwError('corrupt', `${what} is not a JSON object`)
  return value
}

export function stringAt(fields: Fields, key: string): string {
  const value = fields[key]
  return typeof value === 'string' ? value : fail(key, 'a string')
}

export function optionalStringAt(fields: Fields, key: string): string | undefined {
  const value = fields[key]
  return value === undefined || value === null ? undefined : stringAt(fields, key)
}

export function integerAt(fields: Fields, key: string): number {
  const value = fields[key]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : fail(key, 'an integer')
}

export function optionalIntegerAt(fields: Fields, key: string): number | undefined {
  const value = fields[key]
  return value === undefined || value === null ? undefined : integerAt(fields, key)
}

export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key]
  return isFields(value) ? value : fail(key, 'an object')
}

export function arrayAt(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key]
  return Array.isArray(value) ? value : fail(key, 'an array')
}

export function asFields(value: unknown, what: string): Fields {
  return isFields(value) ? value : fail(what, 'an object')
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(key: string, want: string): never {
  throw new QwError('corrupt', `metastore: \`${key}\` is not ${want}`)
}
