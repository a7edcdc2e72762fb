// What a newcomer gets: packs, installs the file into an empty folder without network, and lets
// `npx qw-lambda` end on hits. Also checks the package's own promises.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './setup.mjs'

const MAX_PACKED_BYTES = 3_000_000
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'qwl-package-'))
let passed = 0
const TYPED_USE = `import { memoryStore, openIndex, search, type Search } from 'qw-lambda/engine'
const asked: Search = { query: 'a:b', sort: [{ field: 'a', order: 'asc' }] }
const { numHits, hits } = await search(await openIndex(memoryStore(), 'logs'), asked)
const first: string | undefined = hits[0]?.json
export { numHits, first }
`

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

  const page = readFileSync(join(root, 'docs', 'LIBRARY.md'), 'utf8')
  writeFileSync(join(home, 'example.mjs'), codeOf(page, 'js'))
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: home, encoding: 'utf8' })
  check(
    'the example of docs/LIBRARY.md prints what the page says',
    printed === codeOf(page, 'text'),
  )

  // As in a user's project: strict, and without skipping the declarations of libraries.
  writeFileSync(join(home, 'typed.mts'), TYPED_USE)
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--skipLibCheck', 'false']
  execFileSync(process.execPath, [tsc, ...options, '--types', '', 'typed.mts'], {
    cwd: home,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  check('its types are all there and ask for no other package', true)

  for (const name of ['qw-lambda', 'index-config']) {
    const file = `${name}.schema.json`
    const asked = createRequire(join(home, 'example.mjs')).resolve(`qw-lambda/schemas/${file}`)
    check(`the schema of ${name} is in it`, JSON.parse(readFileSync(asked)).type === 'object')
  }

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

/** The first block of a page in this language. */
function codeOf(page, language) {
  return new RegExp('```' + language + '\\n([\\s\\S]*?)```').exec(page)[1]
}

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
