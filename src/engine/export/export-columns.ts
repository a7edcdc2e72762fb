import { isJsonObject, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { unknownField } from '../schema/nearest.ts'
import { buildFieldTable, type DeclaredField } from '../schema/field-table.ts'
import { splitPath } from '../schema/field-path.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { buildSchema } from '../schema/schema.ts'

/** One column of a table of documents. */
export interface ExportColumn {
  /** As documents spell it: names joined with `.`, nothing escaped. */
  readonly name: string
  /** Undefined: whatever stands at the path, as JSON. */
  readonly declared: DeclaredField | undefined
  /** The value of a document; undefined where it has none. */
  readonly valueOf: (doc: JsonObject) => JsonValue | undefined
}

/**
 * The columns of an index in the order of its mapping, and in dynamic mode one more, `_dynamic`, for
 * all that the mapping does not name: a table has its header before its rows, and nothing may get lost
 * on the way. `paths`: these instead. Throws `invalid` for a path that no document can have.
 */
export function exportColumns(config: IndexConfig, paths: readonly string[]): ExportColumn[] {
  const { docMapping } = config
  const declared = [...buildFieldTable(docMapping).declared.values()]
  const stored = declared.filter(({ field }) => field.type !== 'concatenate' && field.stored)
  const known = new Map(stored.map((field) => [plainPath(field.path), columnOf(field)]))
  if (paths.length > 0) return chosenColumns(config, known, paths)
  const keepsMore = docMapping.dynamicMapping?.stored === true || docMapping.storeSource
  if (!keepsMore) return [...known.values()]
  let name = '_dynamic'
  while (known.has(name)) name = `_${name}`
  const names = nameTree(declared)
  return [...known.values(), { name, declared: undefined, valueOf: (doc) => restOf(doc, names) }]
}

function chosenColumns(
  config: IndexConfig,
  known: ReadonlyMap<string, ExportColumn>,
  paths: readonly string[],
): ExportColumn[] {
  const schema = buildSchema(config)
  return [...new Set(paths)].map((path) => {
    const column = known.get(plainPath(path))
    if (column !== undefined) return column
    const isPart = schema.isObjectPath(path) || config.docMapping.storeSource
    if (schema.resolve(path)?.stored !== true && !isPart) throw unknownField(path, schema)
    const name = plainPath(path)
    return { name, declared: undefined, valueOf: (doc) => valueAt(doc, name) }
  })
}

function columnOf(declared: DeclaredField): ExportColumn {
  const name = plainPath(declared.path)
  return { name, declared, valueOf: (doc) => valueAt(doc, name) }
}

function plainPath(path: string): string {
  return path.replaceAll('\\.', '.')
}

/** A key may itself hold dots, so every cut of the path is tried, the whole path first. Below a list of
 *  objects stands the list of their values. */
function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const found = value.flatMap((item) => valueAt(item, path) ?? [])
    return found.length === 0 ? undefined : found
  }
  if (!isJsonObject(value)) return undefined
  if (Object.hasOwn(value, path)) return value[path]
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    const found = Object.hasOwn(value, head) ? valueAt(value[head], path.slice(dot + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Declared names below a name; undefined: the field itself. */
type NameTree = Map<string, NameTree | undefined>

function nameTree(declared: readonly DeclaredField[]): NameTree {
  const root: NameTree = new Map()
  for (const { path } of declared) {
    let tree = root
    const names = splitPath(path).map(plainPath)
    for (const name of names.slice(0, -1)) {
      const below: NameTree = tree.get(name) ?? new Map<string, NameTree | undefined>()
      tree.set(name, below)
      tree = below
    }
    tree.set(names.at(-1) ?? '', undefined)
  }
  return root
}

/** What the names do not cover; undefined when that is nothing. */
function restOf(doc: JsonObject, names: NameTree): JsonObject | undefined {
  const rest: [string, JsonValue][] = []
  for (const [key, value] of Object.entries(doc)) {
    const below = names.get(key)
    if (!names.has(key)) rest.push([key, value])
    else if (below !== undefined) {
      const left = restBelow(value, below)
      if (left !== undefined) rest.push([key, left])
    }
  }
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

function restBelow(value: JsonValue, names: NameTree): JsonValue | undefined {
  if (isJsonObject(value)) return restOf(value, names)
  if (!Array.isArray(value)) return undefined
  const left = value.flatMap((item) => restBelow(item, names) ?? [])
  return left.length === 0 ? undefined : left
}
