import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * What this suite needs and nothing else does, in a folder of its own that git ignores: two emulators
 * that know nothing of each other and a linter from PyPI, and the Node that Lambda runs, which npm has
 * as a package.
 */
const EMULATOR = 'ministack==1.5.33'
const SECOND_EMULATOR = 'moto[server]==5.2.5'
const LINTER = 'cfn-lint==1.58.0'
const LAMBDA_NODE = '24.21.0'

const folder = fileURLToPath(new URL('../../.venv-aws/', import.meta.url))
/** Written last: its content says what the folder holds. */
const MARKER = join(folder, 'installed.txt')

export interface Tools {
  readonly emulator: string
  readonly secondEmulator: string
  readonly linter: string
  /** Node of the version that the functions are deployed to. */
  readonly lambdaNode: string
}

const run = promisify(execFile)

/** Installs once, about a minute; afterwards it only looks. */
export async function installTools(): Promise<Tools> {
  const nodePackage = `node-linux-${process.arch}@${LAMBDA_NODE}`
  const tools = {
    emulator: join(folder, 'bin/ministack'),
    secondEmulator: join(folder, 'bin/moto_server'),
    linter: join(folder, 'bin/cfn-lint'),
    lambdaNode: join(folder, `node24/node_modules/node-linux-${process.arch}/bin/node`),
  }
  const wanted = [EMULATOR, SECOND_EMULATOR, LINTER, nodePackage].join('\n')
  if (existsSync(MARKER) && (await readFile(MARKER, 'utf8')) === wanted) return tools
  await rm(folder, { recursive: true, force: true })
  await run('python3', ['-m', 'venv', folder])
  await run(join(folder, 'bin/pip'), ['install', '--quiet', EMULATOR, SECOND_EMULATOR, LINTER])
  const nodeFolder = join(folder, 'node24')
  await mkdir(nodeFolder)
  const options = ['--no-save', '--no-package-lock', '--loglevel=error']
  await run('npm', ['install', '--prefix', nodeFolder, ...options, nodePackage])
  await writeFile(MARKER, wanted)
  return tools
}
