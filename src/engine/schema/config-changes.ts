import { isJsonObject, stringifyJson, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { refusedChanges } from './config-update.ts'
import type { IndexConfig } from './index-config.ts'
import { serializeIndexConfig } from './serialize-config.ts'

/**
 *   atOnce         in every search and clean-up from now on
 *   newDocuments   in what is indexed from now on; splits keep how they were written
 *   refused        not at all: `reason`
 */
type ChangeEffect = 'atOnce' | 'newDocuments' | 'refused'

export interface ConfigChange {
  /** Dotted; fields and tokenizers by their names: `doc_mapping.field_mappings.price.fast`. */
  readonly path: string
  /** Undefined: it was not there. */
  readonly before: JsonValue | undefined
  /** Undefined: it is not there any more. */
  readonly after: JsonValue | undefined
  readonly effect: ChangeEffect
  /** Of a refused change. */
  readonly reason: string | undefined
}

/** Every setting, defaults written out, that is another one in `next`; empty: they are the same. */
export function configChanges(current: IndexConfig, next: IndexConfig): ConfigChange[] {
  const refused = new Map(refusedChanges(current, next).map(({ path, reason }) => [path, reason]))
  const kept = { ...next, indexUri: next.indexUri ?? current.indexUri }
  const [before, after] = [current, kept].map((config) => namedLists(withoutUid(config)))
  return differences('', before, after).map(({ path, ...values }) => {
    const reason = [...refused].find(([start]) => path === start || path.startsWith(`${start}.`))
    return {
      path,
      ...values,
      effect: reason === undefined ? effectOf(path) : 'refused',
      reason: reason?.[1],
    }
  })
}

function effectOf(path: string): ChangeEffect {
  return /^(?:search_settings|retention)(?:\.|$)/.test(path) ? 'atOnce' : 'newDocuments'
}

/** The uid of a mapping follows from the rest. */
function withoutUid(config: IndexConfig): JsonObject {
  return serializeIndexConfig({
    ...config,
    docMapping: { ...config.docMapping, docMappingUid: undefined },
  })
}

/** Lists of named things as objects by name, so that an added field is one change and not many. */
function namedLists(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const names = value.map((item) => (isJsonObject(item) ? item['name'] : undefined))
    if (value.length === 0 || !names.every((name) => typeof name === 'string')) return value
    return Object.fromEntries(value.map((item, i) => [names[i] ?? '', namedLists(item)]))
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, namedLists(item)]))
}

type Difference = Pick<ConfigChange, 'path' | 'before' | 'after'>

function differences(
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): Difference[] {
  const [old, fresh] = [asObject(before), asObject(after)]
  if (old === undefined || fresh === undefined) {
    const same = textOf(before) === textOf(after)
    return same ? [] : [{ path, before, after }]
  }
  const keys = new Set([...Object.keys(old), ...Object.keys(fresh)])
  return [...keys].flatMap((key) =>
    differences(path === '' ? key : `${path}.${key}`, old[key], fresh[key]),
  )
}

/** An empty list of named things is written like one. */
function asObject(value: JsonValue | undefined): JsonObject | undefined {
  if (Array.isArray(value) && value.length === 0) return {}
  return isJsonObject(value) ? value : undefined
}

function textOf(value: JsonValue | undefined): string {
  return value === undefined ? '' : stringifyJson(value)
}
