// What a newcomer gets: packs, installs the file into an empty folder without network, and lets
// `npx qw-lambda` end on hits. Also checks the package's own promises.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './setup.mjs'

const MAX_PACKED_BYTES = 3_000_000
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'qwl-package-'))
let passed = 0

try {
  const name = npm(
    root,
    'pack',
    '--ignore-scripts',
    '--silent',
    '--pack-destination',
    folder,
  ).trim()
  const packed = join(folder, name)
  const packedBytes = statSync(packed).size
  check(
    `the packed package is under ${MAX_PACKED_BYTES} bytes (${packedBytes})`,
    packedBytes < MAX_PACKED_BYTES,
  )

  npm(root, 'exec', '--', 'publint', '--strict', root)
  check('publint finds nothing', true)

  const home = join(folder, 'home')
  execFileSync('mkdir', ['-p', home])
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  npm(home, 'install', '--offline', '--no-audit', '--no-fund', '--silent', packed)
  const installed = readdirSync(join(home, 'node_modules')).filter(
    (entry) => !entry.startsWith('.'),
  )
  check(`it installs alone (${installed.join(', ')})`, installed.join() === 'qw-lambda')

  const env = {
    ...process.env,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    CI: '',
  }
  const version = npx(home, env, '--version').trim()
  check(
    '--version is the package’s',
    version === JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  )
  const hits = npx(home, env, 'init', '--target', 'local', '--name', 'fresh', '-y')
  check(
    'init --target local -y ends on hits',
    hits.includes('quantity') && hits.split('\n').length > 3,
  )
  const count = npx(home, env, 'search', '*', '--count').trim()
  check('everything that was made can be found', count === '100000')
  const gone = npx(home, env, 'teardown', '--confirm', 'fresh')
  check('teardown proves that nothing is left', gone.includes('Nothing left'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, 0 failed`)

function npm(cwd, ...args) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function npx(cwd, env, ...args) {
  return execFileSync('npx', ['--no-install', 'qw-lambda', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function check(what, holds) {
  if (!holds) {
    console.log(`✗ ${what}`)
    console.log(`${passed} passed, 1 failed`)
    process.exit(1)
  }
  passed++
  console.log(`✓ ${what}`)
}
