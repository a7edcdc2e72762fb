import { parseJson, stringifyJson, type JsonValue } from '../bytes/json.ts'
import type { IndexConfig } from './index-config.ts'
import { readConfigValue, type ReadConfig } from './read-config.ts'
import { parseDocument, stringify } from 'yaml'
import { QwError } from '../errors.ts'

/** Reads a whole index config: YAML or JSON text, or a decoded value. Throws as `readConfigValue`. */
export function readIndexConfig(
  source: string | JsonValue,
  format: ConfigFormat = 'auto',
): ReadConfig {
  return readConfigValue(typeof source === 'string' ? readConfigDocument(source, format) : source)
}

/** `readIndexConfig` for callers that have nobody to show notes to. */
export function parseIndexConfig(
  source: string | JsonValue,
  format: ConfigFormat = 'auto',
): IndexConfig {
  return readIndexConfig(source, format).config
}

/** An index config as a person writes it: what `readConfigDocument` reads back. */
export function yamlOfConfig(config: JsonValue): string {
  return stringify(JSON.parse(stringifyJson(config)))
}

type ConfigFormat = 'yaml' | 'json' | 'auto'

/** Texts beyond this are no index config. */
const MAX_CONFIG_CHARS = 4 * 1024 * 1024

/** Decodes YAML, or JSON with comments; `auto` decides by the first character. Throws `invalid`. */
export function readConfigDocument(text: string, format: ConfigFormat): JsonValue {
  if (text.length > MAX_CONFIG_CHARS) {
    const message = `the config has ${text.length} characters, ${MAX_CONFIG_CHARS} are allowed`
    const fix = 'leave keys by the thousand to dynamic mode instead of declaring each'
    throw new QwError('tooLarge', message, { fix })
  }
  const source = text.replace(/^\uFEFF/, '')
  if (format === 'yaml') return readYaml(source)
  const json = stripJsonComments(source)
  if (format === 'json') return parseJson(json)
  if (!json.trimStart().startsWith('{')) return readYaml(source)
  try {
    return parseJson(json)
  } catch (error) {
    // A YAML flow mapping begins like JSON; when it is neither, the JSON message helps more.
    try {
      return readYaml(source)
    } catch {
      throw error
    }
  }
}

function readYaml(text: string): JsonValue {
  // The parser prints no warning by itself (a map as a key): who reads the config refuses it by name.
  const document = parseDocument(text, { version: '1.2', logLevel: 'error' })
  const [problem] = document.errors
  if (problem !== undefined) {
    throw new QwError('invalid', `invalid YAML: ${problem.message}`, { position: problem.pos[0] })
  }
  try {
    return document.toJS({ maxAliasCount: 100 }) as JsonValue // the core schema has JSON's types
  } catch (cause) {
    throw new QwError('invalid', 'invalid YAML: its aliases cannot be expanded', { cause })
  }
}

/** Blanks out comments, keeping every position, and drops commas before a closing bracket. */
function stripJsonComments(text: string): string {
  // What is not closed goes to the end: looking for an end from every place would take for ever.
  const token = /"(?:[^"\\]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
  const blanked = text.replace(token, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, ' '),
  )
  return blanked.replace(/"(?:[^"\\]|\\.)*"?|,(?=\s*[}\]])/g, (found) =>
    found === ',' ? ' ' : found,
  )
}
