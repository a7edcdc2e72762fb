import { isJsonObject, JsonFloat, stringifyJson } from '../bytes/json.ts'
import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { probablyMeant } from './nearest.ts'

/** Throws `invalid` about the setting at `path` (empty: the config as a whole). */
export function refuseSetting(path: string, why: string, fix?: string): never {
  const where = path === '' ? '' : `\`${path}\`: `
  throw new QwError('invalid', `invalid config: ${where}${why}`, { fix })
}

/** How to name a wrong value in a message. */
export function quoteValue(value: JsonValue): string {
  const text = stringifyJson(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/**
 * One object of a config, read key by key. Unknown keys are refused when it is made; every getter
 * refuses a value of the wrong shape with the path of the setting. Null means absent.
 */
export class ConfigSection {
  readonly path: string
  private readonly values: JsonObject

  /** Without `allowedKeys` every key passes, for a first look that decides what is allowed. */
  constructor(value: JsonValue, path: string, allowedKeys?: readonly string[]) {
    if (!isJsonObject(value)) refuseSetting(path, `expected an object, got ${quoteValue(value)}`)
    this.path = path
    this.values = value
    for (const key of Object.keys(value)) {
      if (allowedKeys !== undefined && !allowedKeys.includes(key)) this.refuseKey(key, allowedKeys)
    }
  }

  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }

  refuse(key: string, why: string, fix?: string): never {
    return refuseSetting(this.pathOf(key), why, fix)
  }

  /** Undefined when the key is absent or null. */
  raw(key: string): JsonValue | undefined {
    return Object.hasOwn(this.values, key) ? (this.values[key] ?? undefined) : undefined
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined
  }

  text(key: string): string | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'string') return value
    return this.refuse(key, `expected a string, got ${quoteValue(value)}`)
  }

  requiredText(key: string): string {
    return this.text(key) ?? this.refuse(key, 'this setting is mandatory')
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback
    if (typeof value === 'boolean') return value
    return this.refuse(key, `expected true or false, got ${quoteValue(value)}`)
  }

  /** A whole number from `least` up. */
  count(key: string, fallback: number, least = 0): number {
    const raw = this.raw(key) ?? fallback
    const value = raw instanceof JsonFloat ? raw.value : raw
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    return this.refuse(key, `expected a whole number of at least ${least}, got ${quoteValue(raw)}`)
  }

  choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.raw(key) ?? fallback
    const found = allowed.find((choice) => choice === value)
    return found ?? this.refuseChoice(key, value, allowed)
  }

  refuseChoice(key: string, value: JsonValue, allowed: readonly string[]): never {
    const meant = typeof value === 'string' ? probablyMeant(value, allowed) : undefined
    const fix = meant === undefined ? undefined : `did you mean \`${meant}\`?`
    return this.refuse(key, `expected one of ${allowed.join(', ')}, got ${quoteValue(value)}`, fix)
  }

  list(key: string): readonly JsonValue[] {
    const value = this.raw(key) ?? []
    return Array.isArray(value)
      ? value
      : this.refuse(key, `expected a list, got ${quoteValue(value)}`)
  }

  texts(key: string): readonly string[] {
    return this.list(key).map((value, i) => {
      if (typeof value === 'string') return value
      return refuseSetting(
        `${this.pathOf(key)}[${i}]`,
        `expected a string, got ${quoteValue(value)}`,
      )
    })
  }

  /** An absent section reads as an empty one, so that defaults apply. */
  section(key: string, allowedKeys?: readonly string[]): ConfigSection {
    return new ConfigSection(this.raw(key) ?? {}, this.pathOf(key), allowedKeys)
  }

  private refuseKey(key: string, allowedKeys: readonly string[]): never {
    const meant = probablyMeant(key, allowedKeys)
    const fix = meant === undefined ? undefined : `did you mean \`${meant}\`?`
    return this.refuse(key, `unknown setting; allowed here: ${allowedKeys.join(', ')}`, fix)
  }
}
