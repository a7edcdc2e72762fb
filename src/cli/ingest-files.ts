import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { QwError } from '../engine/errors.ts'

const STDIN = '-'

/** Files that the arguments mean: files as they are, folders with all below, globs; `-` stays. */
export async function expandSources(args: readonly string[]): Promise<string[]> {
  const sources: string[] = []
  for (const arg of args) {
    const found = arg === STDIN ? [STDIN] : await expandOne(arg)
    if (found.length === 0) {
      throw new QwError('notFound', `nothing to ingest at ${arg}`, {
        fix: 'name a file, a folder, a glob in quotes, or - for stdin',
      })
    }
    sources.push(...found)
  }
  return [...new Set(sources)]
}

async function expandOne(arg: string): Promise<string[]> {
  const facts = await stat(arg).catch(() => undefined)
  if (facts?.isFile() === true) return [arg]
  if (facts?.isDirectory() !== true) return globSync(arg, { dot: true }).toSorted()
  const entries = await readdir(arg, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
