import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { globSync } from 'tinyglobby'
import { QwError } from '../../engine/errors.ts'
import { errnoOf } from '../../stores/folder-errors.ts'
import { shellWord } from '../command/shell-word.ts'

export const STDIN = '-'

/** Files that the arguments mean: files as they are, folders with all below, globs; `-` stays. */
export async function expandSources(args: readonly string[]): Promise<string[]> {
  const sources: string[] = []
  for (const arg of args) {
    if (arg.startsWith('s3://')) throw s3Source(arg)
    const found = arg === STDIN || arg === '/dev/stdin' ? [STDIN] : await expandOne(arg)
    if (found.length === 0) throw await nothingAt(arg)
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

/** What is at a place that no file was found at. */
async function nothingAt(arg: string): Promise<QwError> {
  if (/^https?:\/\//.test(arg)) {
    return new QwError('invalid', `${arg} is an address, and this reads files`, {
      code: 'USAGE',
      fix: `fetch it: curl -sSL ${shellWord(arg)} | qw-lambda ingest -`,
    })
  }
  const facts = await stat(arg).catch((error: unknown) => errnoOf(error))
  if (facts === 'ELOOP') {
    return new QwError('invalid', `\`${arg}\` is a symbolic link that leads in a circle`, {
      fix: `see where it leads: ls -l ${shellWord(arg)}`,
    })
  }
  if (facts === 'EACCES') {
    return new QwError('invalid', `\`${arg}\` is in a folder that this user may not read`, {
      fix: `see who may: ls -ld ${shellWord(dirname(arg))}`,
    })
  }
  if (typeof facts === 'string') {
    const isGlob = /[*?[{]/.test(arg)
    return new QwError('notFound', isGlob ? `no file is like ${arg}` : `there is no file ${arg}`, {
      fix: 'name a file, a folder, a glob in quotes, or - for stdin',
    })
  }
  if (facts?.isDirectory() === true) {
    return new QwError('notFound', `the folder ${arg} has no file in it`, {
      why: 'folders are read with all below them; names that begin with a dot are passed over',
      fix: 'name a file, a folder, a glob in quotes, or - for stdin',
    })
  }
  return new QwError('invalid', `\`${arg}\` is a pipe or a device, which can be read only once`, {
    code: 'USAGE',
    fix: `read it through stdin: cat ${shellWord(arg)} | qw-lambda ingest -`,
  })
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
