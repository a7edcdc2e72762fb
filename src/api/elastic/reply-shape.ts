import type { Context } from 'hono'
import { isJsonObject, parseJson, stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import { heldResponse } from '../held-response.ts'
import { indentJson } from '../reply.ts'

/** `pretty` and `filter_path`, which every endpoint takes; undefined: the answer stays as it is. */
export async function shapedReply(c: Context, reply: Response): Promise<Response | undefined> {
  const pretty = c.req.query('pretty')
  const isPretty = pretty === '' || pretty === 'true'
  const paths = (c.req.query('filter_path') ?? '').split(',').filter((path) => path !== '')
  if (!isPretty && paths.length === 0) return undefined
  const isJson = reply.headers.get('content-type')?.startsWith('application/json') === true
  if (!isJson) return undefined
  let text = await reply.text()
  if (paths.length > 0 && reply.ok) text = stringifyJson(filterByPaths(parseJson(text), paths))
  return heldResponse(isPretty ? `${indentJson(text)}\n` : text, reply)
}

/** Keeps what one of the paths names and none that starts with `-` does. `*` stands for any part of a
 *  name, `**` for any number of names; arrays are looked through. */
export function filterByPaths(value: JsonValue, paths: readonly string[]): JsonValue {
  const parse = (path: string): string[] => path.split('.')
  const excludes = paths.filter((path) => path.startsWith('-')).map((path) => parse(path.slice(1)))
  const includes = paths.filter((path) => !path.startsWith('-')).map(parse)
  const kept = includes.length === 0 ? value : keep(value, includes)
  return (excludes.length === 0 ? kept : drop(kept, excludes)) ?? {}
}

type Path = readonly string[]

/** Undefined: nothing of it is wanted. */
function keep(value: JsonValue, paths: readonly Path[]): JsonValue | undefined {
  if (paths.some((path) => path.length === 0)) return value
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => keep(item, paths) ?? [])
    return items.length === 0 ? undefined : items
  }
  if (!isJsonObject(value)) return undefined
  const members = Object.entries(value).flatMap(([name, item]) => {
    const below = pathsBelow(name, paths)
    const kept = below.length === 0 ? undefined : keep(item, below)
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

function drop(value: JsonValue | undefined, paths: readonly Path[]): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => drop(item, paths) ?? null)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).flatMap(([name, item]) => {
    const below = pathsBelow(name, paths)
    if (below.some((path) => path.length === 0)) return []
    return [[name, drop(item, below) ?? null] as const]
  })
  return Object.fromEntries(members)
}

/** What is left of the paths below a name that they start with. */
function pathsBelow(name: string, paths: readonly Path[]): Path[] {
  return paths.flatMap((path): Path[] => {
    const [first = '', ...rest] = path
    if (first === '**') return rest.length === 0 ? [rest] : [path, ...pathsBelow(name, [rest])]
    return matches(first, name) ? [rest] : []
  })
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*')
  if (parts.length === 1) return pattern === name
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (name.length < first.length + last.length) return false
  if (!name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}
