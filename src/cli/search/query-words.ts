import {
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { dateToNanos } from '../../engine/dates/datetime.ts'
import { decodeTerm } from '../../engine/schema/term.ts'
import { formatIp } from '../../engine/schema/ip.ts'
import type { ValueType } from '../../engine/schema/value-type.ts'
import { rfc3339OfNs } from '../format/time.ts'

/** Values of a set that are written out. */
const MAX_VALUES = 10

/** How a query was understood, from the plan's JSON: written as a query is, and read from left to right. */
export function queryWords(plan: JsonValue | undefined): string {
  return isJsonObject(plan) ? words(plan) : ''
}

function words(node: JsonObject): string {
  const { path, type } = fieldOf(node['field'])
  switch (node['kind']) {
    case 'matchAll':
      return 'every document'
    case 'matchNone':
      return 'no document'
    case 'bool':
      return boolWords(node)
    case 'boost':
      return isJsonObject(node['query']) ? words(node['query']) : ''
    case 'term':
      return `${path}:${term(node['term'], type)}`
    case 'term_set':
      return `${path}: IN [${termList(node['terms'], type)}]`
    case 'phrase':
    case 'phrase_prefix':
      return phraseWords(node)
    case 'prefix':
      return `${path}:${hexText(node['prefix'])}*`
    case 'pattern':
      return `${path}:${plain(node['pattern'])}`
    case 'range':
      return `${path}:${rangeWords(node, type)}`
    case 'column_term':
      return `${path}:${shown(node['value'], type)}`
    case 'exists':
      return `${plain(node['path'])}:*`
    default:
      // A kind that a newer deployment has.
      return stringifyJson(node)
  }
}

function boolWords(node: JsonObject): string {
  const all = [...nodes(node['must']), ...nodes(node['filter'])].map(grouped)
  const some = nodes(node['should']).map(grouped)
  const least = Number(node['minimum_should_match'] ?? 0)
  const any = some.join(' OR ')
  const without = nodes(node['must_not']).map((inner) => `NOT ${grouped(inner)}`)
  const isAlone = all.length + without.length === 0
  if (some.length > 0 && least === 1) all.push(some.length > 1 && !isAlone ? `(${any})` : any)
  if (some.length > 0 && least > 1) all.push(`at least ${least} of (${some.join(', ')})`)
  const parts = [...all, ...without]
  const text = parts.length === 0 ? 'every document' : parts.join(' AND ')
  return some.length > 0 && least === 0 ? `${text}, better with ${any}` : text
}

/** In brackets where it has parts of its own. */
function grouped(node: JsonObject): string {
  const text = words(node)
  return node['kind'] === 'bool' && / AND | OR |, /.test(text) ? `(${text})` : text
}

function phraseWords(node: JsonObject): string {
  const { path } = fieldOf(node['field'])
  const texts = nodes(node['terms']).map((one) => hexText(one['term']))
  const prefix = isJsonObject(node['prefix']) ? hexText(node['prefix']['term']) : undefined
  const slop = Number(node['slop'] ?? 0)
  const text = [...texts, ...(prefix === undefined ? [] : [prefix])].join(' ')
  return `${path}:"${text}"${prefix === undefined ? '' : '*'}${slop > 0 ? `~${slop}` : ''}`
}

function rangeWords(node: JsonObject, type: ValueType): string {
  const [lower, upper] = [node['lower'], node['upper']]
  const side = (bound: JsonValue | undefined): string =>
    isJsonObject(bound) ? shown(bound['value'], type) : '*'
  const isOut = (bound: JsonValue | undefined): boolean =>
    isJsonObject(bound) && bound['inclusive'] === false
  const [open, close] = [isOut(lower) ? '{' : '[', isOut(upper) ? '}' : ']']
  return `${open}${side(lower)} TO ${side(upper)}${close}`
}

function termList(terms: JsonValue | undefined, type: ValueType): string {
  const all = Array.isArray(terms) ? terms : []
  const some = all.slice(0, MAX_VALUES).map((one) => term(one, type))
  return [
    ...some,
    ...(all.length > MAX_VALUES ? [`and ${all.length - MAX_VALUES} more`] : []),
  ].join(' ')
}

/** A term in hexadecimal, as the value that it stands for. */
function term(hex: JsonValue | undefined, type: ValueType): string {
  const value = decodeTerm(type, Buffer.from(plain(hex), 'hex'))
  if (!(value instanceof Uint8Array)) return shown(value, type)
  return type === 'ip' ? formatIp(value) : plain(hex)
}

function shown(value: JsonValue | undefined, type: ValueType): string {
  if (type === 'date' && (typeof value === 'number' || typeof value === 'bigint')) {
    return rfc3339OfNs(dateToNanos(value))
  }
  if (type === 'ip' && typeof value === 'string') return formatIp(Buffer.from(value, 'hex'))
  return stringifyJson(value ?? null)
}

function hexText(hex: JsonValue | undefined): string {
  return Buffer.from(plain(hex), 'hex').toString()
}

function plain(text: JsonValue | undefined): string {
  return typeof text === 'string' ? text : ''
}

function nodes(list: JsonValue | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

/** `path:type`; a path may hold colons. */
function fieldOf(text: JsonValue | undefined): { readonly path: string; readonly type: ValueType } {
  const field = plain(text)
  const colon = field.lastIndexOf(':')
  // The plan names no other types.
  return { path: field.slice(0, Math.max(0, colon)), type: field.slice(colon + 1) as ValueType }
}
