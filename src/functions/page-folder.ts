import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PageFiles } from '../api/page-routes.ts'

/** The files of a folder as the page. They are few and small, and read each time: a page that was built
 *  again is seen by loading it again. */
export function pageFolder(folder: string): PageFiles {
  return async (name) => {
    try {
      return new Uint8Array(await readFile(join(folder, name)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
}
