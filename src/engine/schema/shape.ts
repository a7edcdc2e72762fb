import {
  isJsonObject,
  JsonFloat,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import { probablyMeant } from './nearest.ts'

/** Where a value stands: in which document, and its path there (empty: the document itself). */
export interface Place {
  readonly document: string
  readonly path: string
}

/** Throws `invalid` about the setting at this place. */
export function refuse({ document, path }: Place, why: string, fix?: string): never {
  const where = path === '' ? '' : `\`${path}\`: `
  throw new QwError('invalid', `invalid ${document}: ${where}${why}`, { fix })
}

/** `refuse` for the checks of an index config that look at several settings at once. */
export function refuseSetting(path: string, why: string, fix?: string): never {
  return refuse({ document: 'config', path }, why, fix)
}

/** How to name a wrong value in a message. */
export function quoteValue(value: unknown): string {
  // What is read here was parsed from JSON or YAML.
  const text = stringifyJson(value as JsonValue)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/**
 * One rule for one value of a JSON document, known once: `read` refuses with the place of the setting
 * what `schema`, the same rule in the words of JSON Schema, tells an editor to underline. What two
 * settings say about each other is no shape; whoever reads them checks that. Values are those of
 * parsed JSON or YAML; undefined counts as absent.
 */
export interface Shape<T> {
  readonly schema: JsonObject
  read(value: unknown, place: Place): T
}

/** A shape under a key. Null means absent, as in YAML where a key is followed by nothing. */
interface Setting<T> extends Shape<T> {
  readonly required: boolean
  absent(place: Place): T
}

export function required<T>(about: string, shape: Shape<T>): Setting<T> {
  return {
    ...shape,
    schema: { description: about, ...shape.schema },
    required: true,
    absent: (place) => refuse(place, 'this setting is mandatory'),
  }
}

export function optional<T>(about: string, shape: Shape<T>): Setting<T | undefined> {
  return {
    ...shape,
    schema: { description: about, ...orNull(shape.schema) },
    required: false,
    absent: () => undefined,
  }
}

export function withDefault<T>(about: string, shape: Shape<T>, fallback: JsonValue): Setting<T> {
  return {
    ...shape,
    schema: { description: about, default: fallback, ...orNull(shape.schema) },
    required: false,
    absent: (place) => shape.read(fallback, place),
  }
}

function orNull(schema: JsonObject): JsonObject {
  if (Array.isArray(schema['enum'])) return { ...schema, enum: [...schema['enum'], null] }
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}

interface TextRule {
  readonly pattern?: RegExp
  /** Texts that the pattern lets through and that cannot be. */
  readonly not?: readonly string[]
  /** Why this text will not do. */
  readonly refusal?: (text: string) => string
}

export function text({ pattern, not = [], refusal }: TextRule = {}): Shape<string> {
  return {
    schema: {
      type: 'string',
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
      ...(not.length === 0 ? {} : { not: { enum: [...not] } }),
    },
    read(value, place) {
      if (typeof value !== 'string') {
        return refuse(place, `expected a string, got ${quoteValue(value)}`)
      }
      if (pattern?.test(value) !== false && !not.includes(value)) return value
      return refuse(
        place,
        refusal?.(value) ?? `${quoteValue(value)} does not match ${pattern?.source}`,
      )
    },
  }
}

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  read(value, place) {
    if (typeof value === 'boolean') return value
    return refuse(place, `expected true or false, got ${quoteValue(value)}`)
  },
}

/** A whole number from `least` to `most`. */
export function count(least = 0, most?: number): Shape<number> {
  const limits = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`
  return {
    schema: { type: 'integer', minimum: least, ...(most === undefined ? {} : { maximum: most }) },
    read(raw, place) {
      const value = raw instanceof JsonFloat ? raw.value : raw
      const isWhole = typeof value === 'number' && Number.isSafeInteger(value)
      if (isWhole && value >= least && value <= (most ?? value)) return value
      return refuse(place, `expected a whole number ${limits}, got ${quoteValue(raw)}`)
    },
  }
}

export function choice<const T extends string | number>(allowed: readonly T[]): Shape<T> {
  return {
    schema: { enum: [...allowed] },
    read(value, place) {
      return allowed.find((each) => each === value) ?? refuseChoice(value, allowed, place)
    },
  }
}

export function refuseChoice(
  value: unknown,
  allowed: readonly (string | number)[],
  place: Place,
): never {
  const meant = typeof value === 'string' ? probablyMeant(value, allowed.map(String)) : undefined
  const fix = meant === undefined ? undefined : `did you mean \`${meant}\`?`
  return refuse(place, `expected one of ${allowed.join(', ')}, got ${quoteValue(value)}`, fix)
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: item.schema },
    read(value, place) {
      if (!Array.isArray(value)) return refuse(place, `expected a list, got ${quoteValue(value)}`)
      return value.map((each, i) => item.read(each, { ...place, path: `${place.path}[${i}]` }))
    },
  }
}

type Settings = Readonly<Record<string, Setting<unknown>>>
type ValuesOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

/** An object with these keys and no others. */
export function object<S extends Settings>(settings: S): Shape<ValuesOf<S>> {
  const keys = Object.keys(settings)
  const mandatory = keys.filter((key) => settings[key]?.required === true)
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(keys.map((key) => [key, settings[key]?.schema ?? {}])),
      ...(mandatory.length === 0 ? {} : { required: mandatory }),
      additionalProperties: false,
    },
    read(value, place) {
      const fields = asObject(value, place)
      refuseOtherKeys(fields, keys, place)
      const entries = Object.entries(settings).map(([key, setting]) => {
        const found = Object.hasOwn(fields, key) ? (fields[key] ?? undefined) : undefined
        const at = inside(place, key)
        return [key, found === undefined ? setting.absent(at) : setting.read(found, at)]
      })
      // One entry per setting, each read by that setting.
      return Object.fromEntries(entries) as ValuesOf<S>
    },
  }
}

interface Variants<T> {
  /** The setting whose text decides which keys are allowed. */
  readonly key: string
  readonly variants: Readonly<Record<string, Shape<T>>>
  /** Refuses a text that names no variant. */
  readonly refuseOther?: (text: string, value: JsonObject, place: Place) => never
}

/** An object that is one of several, as one of its settings says. */
export function variants<T>({ key, variants: shapes, refuseOther }: Variants<T>): Shape<T> {
  const names = Object.keys(shapes)
  const everyKey = Object.values(shapes).flatMap(({ schema }) => keysOf(schema))
  return {
    schema: { anyOf: names.map((name) => withConstant(shapes[name]?.schema ?? {}, key, name)) },
    read(value, place) {
      const fields = asObject(value, place)
      const at = inside(place, key)
      const written = Object.hasOwn(fields, key) ? (fields[key] ?? undefined) : undefined
      // Most likely it is there and misspelled.
      if (written === undefined) {
        refuseOtherKeys(fields, everyKey, place)
        return refuse(at, 'this setting is mandatory')
      }
      const isKnown = typeof written === 'string' && Object.hasOwn(shapes, written)
      const shape = isKnown ? shapes[written] : undefined
      if (shape !== undefined) return shape.read(value, place)
      if (typeof written === 'string') refuseOther?.(written, fields, at)
      return refuseChoice(written, names, at)
    },
  }
}

function keysOf(schema: JsonObject): string[] {
  return Object.keys(isJsonObject(schema['properties']) ? schema['properties'] : {})
}

function withConstant(schema: JsonObject, key: string, value: string): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  return { ...schema, properties: { ...properties, [key]: { const: value } } }
}

/** The same rule giving another value; `change` may refuse what no schema can say. */
export function mapped<T, U>(shape: Shape<T>, change: (value: T, place: Place) => U): Shape<U> {
  return { schema: shape.schema, read: (value, place) => change(shape.read(value, place), place) }
}

/** A shape inside itself; the document's schema keeps it under `definitions`. */
export function recursive<T>(name: string, shape: () => Shape<T>): Shape<T> {
  return {
    schema: { $ref: `#/definitions/${name}` },
    read: (value, place) => shape().read(value, place),
  }
}

function asObject(value: unknown, place: Place): JsonObject {
  // Parsed, as all that is read here.
  const json = value as JsonValue
  return isJsonObject(json) ? json : refuse(place, `expected an object, got ${quoteValue(json)}`)
}

function inside({ document, path }: Place, key: string): Place {
  return { document, path: path === '' ? key : `${path}.${key}` }
}

function refuseOtherKeys(fields: JsonObject, allowed: readonly string[], place: Place): void {
  for (const key of Object.keys(fields)) {
    if (allowed.includes(key)) continue
    const names = [...new Set(allowed)]
    const meant = probablyMeant(key, names)
    const fix = meant === undefined ? undefined : `did you mean \`${meant}\`?`
    refuse(inside(place, key), `unknown setting; allowed here: ${names.join(', ')}`, fix)
  }
}

/** The whole document's JSON Schema; `definitions` are its recursive shapes by their names. */
export function documentSchema(
  title: string,
  shape: Shape<unknown>,
  definitions: Readonly<Record<string, Shape<unknown>>> = {},
): JsonObject {
  const parts = Object.entries(definitions).map(([name, { schema }]) => [name, schema])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...shape.schema,
    ...(parts.length === 0 ? {} : { definitions: Object.fromEntries(parts) as JsonObject }),
  }
}
