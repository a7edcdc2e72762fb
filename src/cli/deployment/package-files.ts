import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf, QwError } from '../../engine/errors.ts'

/** What this package ships for a deployment. */
interface PackageFiles {
  /** Text of templates/qw-lambda.yaml. */
  readonly template: string
  readonly zips: {
    readonly indexer: Uint8Array
    readonly searcher: Uint8Array
    readonly generator: Uint8Array
  }
}

/** Reads template and zips from the installed package. Throws `internal` where they were not built. */
export async function readPackageFiles(): Promise<PackageFiles> {
  const root = packageFolder()
  const read = async (path: string): Promise<Buffer> =>
    await readFile(join(root, path)).catch((cause: unknown) => {
      throw new QwError('internal', `this package lacks ${path}: ${messageOf(cause)}`, {
        fix: 'install it again, or run npm run build in a checkout',
        cause,
      })
    })
  const [template, indexer, searcher, generator] = await Promise.all([
    read('templates/qw-lambda.yaml'),
    read('dist/functions/indexer.zip'),
    read('dist/functions/searcher.zip'),
    read('dist/functions/generator.zip'),
  ])
  return { template: template.toString(), zips: { indexer, searcher, generator } }
}

/** The bundle lies in dist, the sources in src: the package is where its template is. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'templates/qw-lambda.yaml')) && folder !== dirname(folder)) {
    folder = dirname(folder)
  }
  return folder
}
