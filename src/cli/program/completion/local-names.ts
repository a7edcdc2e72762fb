import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { INDEX_FOLDER, STACK_FILE } from '../../../local/layout.ts'

/**
 * Names of stacks and indexes from the folders alone: nothing is opened or parsed, since somebody
 * waits at the keyboard.
 */
export function localStackNames(dataDir: string): string[] {
  return foldersOf(dataDir).filter((name) => existsSync(join(dataDir, name, STACK_FILE)))
}

export function localIndexNames(dataDir: string, stack: string | undefined): string[] {
  const stacks = stack === undefined || stack === 'local' ? localStackNames(dataDir) : [stack]
  const names = stacks.flatMap((name) => {
    const folder = join(dataDir, name, INDEX_FOLDER)
    return foldersOf(folder).filter((index) => existsSync(join(folder, index, 'metastore.json')))
  })
  return [...new Set(names)].toSorted()
}

function foldersOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    return []
  }
}
