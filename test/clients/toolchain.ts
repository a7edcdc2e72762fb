import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Kept between runs, outside of what the repository depends on. */
const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'clients')

export const PROGRAMS = join(import.meta.dirname, 'programs')

/** A tool and the command that tells whether it is here. */
const TOOLS = {
  npm: ['npm', '--version'],
  python: ['python3', '-c', 'import venv, ensurepip'],
  debian: ['apt-get', '--version'],
  go: ['go', 'version'],
  java: ['mvn', '--version'],
  fullDevice: ['test', '-c', '/dev/full'],
} as const

export type Tool = keyof typeof TOOLS

/**
 * Whether what needs the tool can be tried here. Where it is absent its tests are counted as not
 * run, under their names; in CI, which has all of them, that fails.
 */
export async function hasTool(tool: Tool): Promise<boolean> {
  const [command, ...args] = TOOLS[tool]
  try {
    await run(command, args)
    return true
  } catch (cause) {
    if (process.env['CI'] !== undefined) {
      throw new Error(`CI has to have ${tool}: ${command} ${args.join(' ')} failed`, { cause })
    }
    return false
  }
}

/** Runs a program to its end; what it prints on stdout. Throws with what it said when it fails. */
export async function output(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<string> {
  const { cwd, env = {}, timeoutMs = 240_000 } = options
  const settings = { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64 << 20 }
  const { stdout } = await run(command, [...args], settings)
  return stdout
}

/** A folder that `make` fills once for a name and a version; whole or not there. */
async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name)
  if (existsSync(folder)) return folder
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  await make(partial)
  await rename(partial, folder)
  return folder
}

/** npm packages at their versions in a folder of their own. */
export async function npmPackages(folder: string, specs: readonly string[]): Promise<string> {
  return await cached(folder, async (partial) => {
    await writeFile(join(partial, 'package.json'), '{"private":true}')
    const args = [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--omit=optional',
      '--loglevel=error',
      ...specs,
    ]
    await output('npm', args, { cwd: partial })
  })
}

/** A Python with the packages. Not moved once made: its scripts hold their place. */
export async function pythonWith(name: string, specs: readonly string[]): Promise<string> {
  const folder = join(CACHE, name)
  const python = join(folder, 'bin', 'python')
  if (existsSync(join(folder, 'ready'))) return python
  await rm(folder, { recursive: true, force: true })
  await output('python3', ['-m', 'venv', folder])
  await output(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...specs])
  await writeFile(join(folder, 'ready'), '')
  return python
}

/** A folder with the packages' files, as below `/`; nothing is installed on the machine. */
export async function debianPackages(name: string, packages: readonly string[]): Promise<string> {
  return await cached(name, async (partial) => {
    const download = (): Promise<string> =>
      output('apt-get', ['download', '-qq', ...packages], { cwd: partial })
    // A fresh machine has no lists of packages yet.
    await download().catch(async () => {
      await output('apt-get', ['update', '-qq'])
      await download()
    })
    await output('sh', ['-c', 'for each in *.deb; do dpkg -x "$each" . && rm "$each"; done'], {
      cwd: partial,
    })
  })
}

/** The program, compiled. */
export async function goProgram(name: string): Promise<string> {
  const folder = await cached(name, async (partial) => {
    await cp(join(PROGRAMS, 'go'), partial, { recursive: true })
    // The typed client of version 8 is large: minutes where nothing of it was compiled yet.
    await output('go', ['build', '-o', 'program', '.'], { cwd: partial, timeoutMs: 900_000 })
  })
  return join(folder, 'program')
}

/** The folder of the compiled program with its libraries in `lib`. */
export async function javaProgram(name: string): Promise<string> {
  return await cached(name, async (partial) => {
    await cp(join(PROGRAMS, 'java'), partial, { recursive: true })
    const copy = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib']
    await output('mvn', copy, { cwd: partial })
    await output('javac', ['-cp', 'lib/*', 'Clients.java'], { cwd: partial })
  })
}
