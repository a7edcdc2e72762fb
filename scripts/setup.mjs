// Makes a fresh clone ready: installs when package-lock.json was not installed yet, builds when the
// sources are newer than dist. Run by `npm test` and `npm run demo`; plain Node, nothing installed.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const installed = join(root, 'node_modules', '.package-lock.json')
// What a build writes last: one that was interrupted is done again.
const built = join(root, 'dist', 'THIRD-PARTY-LICENSES.txt')

if (newest([join(root, 'package-lock.json')]) > timeOf(installed)) {
  // Not `npm ci`: it refuses a lock without the packages of other platforms, and registries do not
  // always have all of those. Locked versions are installed all the same.
  run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'])
}
const sources = ['src', 'templates', 'scripts'].map((folder) => join(root, folder))
if (
  newest([...sources, join(root, 'tsup.config.ts'), join(root, 'package.json')]) > timeOf(built)
) {
  run('npm', ['run', '--silent', 'build'])
}

function run(command, args) {
  process.stderr.write(`$ ${command} ${args.join(' ')}\n`)
  // npm is a .cmd file on Windows, which only a shell starts.
  execFileSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
}

function timeOf(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

function newest(paths) {
  return Math.max(0, ...paths.map(newestBelow))
}

function newestBelow(path) {
  if (!existsSync(path)) return 0
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.mtimeMs
  return newest(readdirSync(path).map((name) => join(path, name)))
}
