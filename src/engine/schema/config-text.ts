import type { JsonValue } from '../bytes/json.ts'
import { readConfigDocument, type ConfigFormat } from './config-document.ts'
import type { IndexConfig } from './index-config.ts'
import { readConfigValue, type ReadConfig } from './read-config.ts'

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
