import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { globSync } from 'tinyglobby'
import { QwError } from '../../engine/errors.ts'

export const STDIN = '-'

/** Files that the arguments mean: files as they are, folders with all below, globs; `-` stays. */
export async function expandSources(args: readonly string[]): Promise<string[]> {
  const sources: string[] = []
  for (const arg of args) {
    if (arg.startsWith('s3://')) throw s3Source(arg)
    const found = arg === STDIN ? [STDIN] : await expandOne(arg)
    if (found.length === 0) {
      throw new QwError('notFound', `nothing to ingest at ${arg}`, {
        fix: 'name a file, a folder, a glob in quotes, or - for stdin',
      })
    }
    sources.push(...found)
  }
  // Two ways to write the same file's path are one source.
  return [
    ...new Map(sources.map((path) => [path === STDIN ? STDIN : resolve(path), path])).values(),
  ]
}

/** Files to be followed: one that is not there yet may still come. */
export async function sourcesToFollow(args: readonly string[]): Promise<string[]> {
  const sources: string[] = []
  for (const arg of args) {
    const facts = await stat(arg).catch(() => undefined)
    if (facts?.isDirectory() === true) {
      throw new QwError('invalid', `${arg} is a folder, and --follow takes files`, {
        code: 'USAGE',
        fix: `qw-lambda serve --watch ${arg}\nor name its files: qw-lambda ingest ${arg}/*.log --follow`,
      })
    }
    const mayCome = facts === undefined && arg !== STDIN && !/[*?[{]|^s3:/.test(arg)
    sources.push(...(mayCome ? [arg] : await expandSources([arg])))
  }
  return [...new Set(sources)]
}

/** Those that something can be told from. */
export async function withContent(paths: readonly string[]): Promise<string[]> {
  const sizes = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))
  return paths.filter((path, i) => path === STDIN || (sizes[i]?.size ?? 0) > 0)
}

async function expandOne(arg: string): Promise<string[]> {
  const facts = await stat(arg).catch(() => undefined)
  if (facts?.isFile() === true) return [arg]
  if (facts?.isDirectory() !== true) {
    return globSync(arg, { absolute: isAbsolute(arg) }).toSorted()
  }
  const entries = await readdir(arg, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isHidden(relative(arg, path)))
    .toSorted()
}

function isHidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith('.'))
}

/** A stack on this machine has no way to AWS. */
function s3Source(uri: string): QwError {
  return new QwError('invalid', `${uri} cannot be read by a local stack`, {
    code: 'INGEST-S3',
    fix: `copy it here first: aws s3 cp --recursive ${uri} ./data && qw-lambda ingest ./data`,
  })
}
