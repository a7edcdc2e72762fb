import { stringifyJson, type JsonObject, type JsonValue } from '../../../engine/bytes/json.ts'
import { QwError } from '../../../engine/errors.ts'
import type { ClauseOption } from '../../../engine/query/elastic-dsl/clause-options.ts'
import { probablyMeant } from '../../../engine/schema/nearest.ts'
import { RequestFields } from '../../request-fields.ts'

/**
 * What becomes of an option that clients send: it is done, it is taken because it cannot change the
 * answer, or it is refused with the reason and a way out. Nothing is ignored in silence.
 */
type Option = { readonly kind: 'done' } | ClauseOption

export type OptionTable = Readonly<Record<string, Option>>

export const DONE: Option = { kind: 'done' }

export function noEffect(why: string): Option {
  return { kind: 'noEffect', why }
}

/** `harmless` are values as JSON text; a URL's `false` is the text `"false"`. */
export function refused(why: string, fix: string, harmless: readonly string[] = []): Option {
  const isHarmless = (value: JsonValue): boolean => harmless.includes(stringifyJson(value))
  return { kind: 'refused', why, fix, isHarmless }
}

export const OFF = ['false', '"false"', 'null']
export const EMPTY = ['{}', '[]', 'null']

export function allDone(...names: readonly string[]): OptionTable {
  return Object.fromEntries(names.map((name) => [name, DONE]))
}

/** The keys of a JSON object, each as its table says. `what` names the object: `a search body`. */
export function bodyOptions(body: JsonObject, table: OptionTable, what: string): RequestFields {
  for (const [name, value] of Object.entries(body)) {
    const option = optionOf(table, name)
    if (option === undefined) {
      throw new QwError('invalid', `unknown key [${name}] in ${what}${guess(name, table)}`, {
        code: 'REQUEST-DECODE',
      })
    }
    refuse(option, value, `[${name}] in ${what}`, 'REQUEST-DECODE')
  }
  return RequestFields.fromJson(body, Object.keys(table))
}

/** The parameters of a URL, each as its table says. `path` is what the request was sent to. */
export function urlOptions(
  query: URLSearchParams,
  table: OptionTable,
  path: string,
): RequestFields {
  for (const [name, value] of query) {
    const option = optionOf(table, name)
    if (option === undefined) {
      const message = `request [${path}] contains unrecognized parameter: [${name}]`
      throw new QwError('invalid', `${message}${guess(name, table)}`, { code: 'REQUEST-PARAM' })
    }
    refuse(option, value, `parameter [${name}]`, 'REQUEST-PARAM')
  }
  return RequestFields.fromUrl(query, Object.keys(table))
}

function optionOf(table: OptionTable, name: string): Option | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function refuse(
  option: Option,
  value: JsonValue,
  shown: string,
  code: 'REQUEST-DECODE' | 'REQUEST-PARAM',
): void {
  if (option.kind !== 'refused' || option.isHarmless(value)) return
  throw new QwError('invalid', `${shown} is not supported: ${option.why}`, {
    code,
    fix: option.fix,
  })
}

function guess(name: string, table: OptionTable): string {
  const meant = probablyMeant(name, Object.keys(table))
  return meant === undefined ? '' : ` -> did you mean [${meant}]?`
}
