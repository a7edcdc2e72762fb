import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface FolderSize {
  readonly files: number
  readonly bytes: number
}

/** Every file below a folder; zero when it is gone. Files that vanish meanwhile are not counted. */
export async function folderSize(folder: string): Promise<FolderSize> {
  let entries
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch {
    return { files: 0, bytes: 0 }
  }
  let files = 0
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const size = await stat(join(entry.parentPath, entry.name)).then(
      (facts) => facts.size,
      () => undefined,
    )
    if (size === undefined) continue
    files++
    bytes += size
  }
  return { files, bytes }
}
