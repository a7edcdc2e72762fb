import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { INDEX_FOLDER, STACK_FILE } from '../../local/layout.ts'
import type { Settings } from '../command/settings.ts'

/*
 * Names for completion, from files of this machine alone, since somebody waits at the keyboard: no
 * engine is opened, and AWS is not asked. What only a search learns (the fields that documents brought
 * along, and all of a deployment's) was left in a small file by it.
 */

export function localStackNames(dataDir: string): string[] {
  return foldersOf(dataDir).filter((name) => existsSync(join(dataDir, name, STACK_FILE)))
}

export function localIndexNames(settings: Settings): string[] {
  const names = indexFolders(settings).map((folder) => folder.index)
  return [...new Set([...names, ...rememberedIndexes(settings)])].toSorted()
}

/** Of one index, or of all that there are. */
export function fieldNames(settings: Settings, index: string | undefined): string[] {
  const declared = indexFolders(settings)
    .filter((folder) => index === undefined || folder.index === index)
    .flatMap(({ path }) => declaredFields(readJson(path)))
  const remembered = rememberedIndexes(settings)
    .filter((name) => index === undefined || name === index)
    .flatMap((name) => rememberedFields(settings, name))
  return [...new Set([...declared, ...remembered])].toSorted()
}

/** Fails in silence: it is for comfort alone. */
export function rememberFields(settings: Settings, index: string, names: readonly string[]): void {
  const known = rememberedFields(settings, index)
  if (names.every((name) => known.includes(name))) return
  const path = rememberedPath(settings, index)
  try {
    mkdirSync(dirname(path))
  } catch {
    // There already, or no place for it.
  }
  try {
    writeFileSync(path, JSON.stringify([...new Set([...known, ...names])].slice(0, MAX_FIELDS)))
  } catch {
    // A disk that takes nothing.
  }
}

const MAX_FIELDS = 1_000
/** In the data folder, beside the stacks. */
const REMEMBERED = '.fields'

function rememberedPath(settings: Settings, index: string): string {
  return join(settings.dataDir, REMEMBERED, `${stackKey(settings)}.${index}.json`)
}

function stackKey(settings: Settings): string {
  return settings.get('stack') ?? 'default'
}

function rememberedIndexes(settings: Settings): string[] {
  const beginning = `${stackKey(settings)}.`
  return entriesOf(join(settings.dataDir, REMEMBERED))
    .filter((entry) => entry.name.startsWith(beginning) && entry.name.endsWith('.json'))
    .map((entry) => entry.name.slice(beginning.length, -'.json'.length))
}

function rememberedFields(settings: Settings, index: string): string[] {
  const names = readJson(rememberedPath(settings, index))
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function indexFolders(settings: Settings): { readonly index: string; readonly path: string }[] {
  const { dataDir } = settings
  const stack = settings.get('stack')
  const stacks = stack === undefined || stack === 'local' ? localStackNames(dataDir) : [stack]
  return stacks.flatMap((name) => {
    const folder = join(dataDir, name, INDEX_FOLDER)
    return foldersOf(folder)
      .map((index) => ({ index, path: join(folder, index, 'metastore.json') }))
      .filter(({ path }) => existsSync(path))
  })
}

function declaredFields(metastore: unknown): string[] {
  const mapping = at(at(at(metastore, 'index'), 'index_config'), 'doc_mapping')
  return pathsOf(at(mapping, 'field_mappings'), '')
}

function pathsOf(mappings: unknown, prefix: string): string[] {
  if (!Array.isArray(mappings)) return []
  return mappings.flatMap((mapping: unknown) => {
    const path = `${prefix}${String(at(mapping, 'name'))}`
    const inner = pathsOf(at(mapping, 'field_mappings'), `${path}.`)
    return inner.length > 0 ? inner : [path]
  })
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function foldersOf(path: string): string[] {
  return entriesOf(path)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
