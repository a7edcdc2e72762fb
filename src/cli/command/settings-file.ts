import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../stores/folder-file.ts'
import { messageOf, QwError } from '../../engine/errors.ts'

/** A JSON object on disk with some keys changed, others as they were; undefined removes a key. */
export async function changeJsonFile(
  path: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const document = await readObject(path)
  const changed = Object.entries({ ...document, ...changes }).filter(
    ([, value]) => value !== undefined,
  )
  await makeFolder(dirname(path))
  // In one step: a reader sees the old file or the new one.
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(Object.fromEntries(changed), undefined, 2)}\n`)
  await rename(temporary, path)
}

async function readObject(path: string): Promise<object> {
  let text
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return {}
  }
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null && !Array.isArray(document))
      return document
  } catch (cause) {
    throw new QwError('invalid', `cannot read ${path}: ${messageOf(cause)}`, {
      code: 'CONFIG-FILE',
      fix: 'mend the file, or move it away',
      cause,
    })
  }
  throw new QwError('invalid', `${path} is not a JSON object`, { code: 'CONFIG-FILE' })
}
