import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** The document with only these dotted paths, nested as before. */
export function pickPaths(doc: JsonObject, paths: readonly string[], prefix = ''): JsonObject {
  const kept: [string, JsonValue][] = []
  for (const [key, value] of Object.entries(doc)) {
    const path = prefix + key
    if (paths.includes(path)) kept.push([key, value])
    else if (isJsonObject(value) && paths.some((wanted) => wanted.startsWith(`${path}.`))) {
      kept.push([key, pickPaths(value, paths, `${path}.`)])
    }
  }
  return Object.fromEntries(kept)
}
