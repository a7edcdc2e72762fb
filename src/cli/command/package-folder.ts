import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The bundle lies in dist, the sources in src: the package is where its template is. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'templates/qw-lambda.yaml')) && folder !== dirname(folder)) {
    folder = dirname(folder)
  }
  return folder
}
