import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Of all files below. */
export function folderBytes(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => statSync(join(folder, name))).filter((file) => file.isFile())
  return files.reduce((sum, { size }) => sum + size, 0)
}
