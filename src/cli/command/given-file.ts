import { readFile, stat } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { messageOf, QwError } from '../../engine/errors.ts'

/**
 * The text of a file that the user named; `-` is stdin. Throws `notFound` that says what is there
 * instead. A pipe that nobody writes to would never open, nor let the process end: only one that the
 * shell itself made (`<(command)`) is read.
 */
export async function readGivenText(path: string, fix: string): Promise<string> {
  if (path === '-') return await textOf(process.stdin)
  try {
    const facts = await stat(path)
    if (facts.isDirectory()) throw new Error('it is a folder')
    const isOfShell = /^\/(dev|proc)\//.test(path)
    if (!facts.isFile() && !(facts.isFIFO() && isOfShell)) {
      throw new Error('it is no file; read it through stdin: -')
    }
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new QwError('notFound', `cannot read ${path}: ${reasonOf(cause)}`, { fix, cause })
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'EACCES') return 'this user may not read it'
  if (code === 'ELOOP') return 'its symbolic links lead in a circle'
  return messageOf(cause)
}
