// The README's picture, docs/terminal.svg: what the built program prints on a terminal of 90 columns,
// in a folder with one log file. Nothing in it is typed by hand but the commands.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { svgOf } from './ansi-svg.mjs'

const COLUMNS = 90
const COMMANDS = [
  ['init', '--target', 'local', '--from', 'app.ndjson', '-y'],
  ['search', 'level:ERROR AND ms:>900', '-n', '3'],
  ['search', 'level:ERROR', '--histogram', '5m', '--by', 'path'],
]

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const home = mkdtempSync(join(tmpdir(), 'qwl-picture-'))
const folder = join(home, 'shop')
try {
  mkdirSync(folder)
  writeFileSync(join(folder, '.git'), '')
  writeFileSync(join(folder, 'app.ndjson'), logLines(4_000))
  // Both streams are files here; the program is told that they are a terminal's.
  const terminal = join(home, 'terminal.mjs')
  writeFileSync(
    terminal,
    `for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { isTTY: true, columns: ${COLUMNS} })`,
  )
  const screen = COMMANDS.map((args) => `$ ${shown(args)}\n${run(args, terminal)}`).join('\n')
  writeFileSync(join(root, 'docs', 'terminal.svg'), svgOf(screen, COLUMNS))
  console.log('docs/terminal.svg')
} finally {
  rmSync(home, { recursive: true, force: true })
}

/** What a command writes, both streams in the order in which it wrote. */
function run(args, terminal) {
  const path = join(home, 'screen.txt')
  const file = openSync(path, 'w')
  try {
    const program = join(root, 'bin', 'qw-lambda.js')
    execFileSync(process.execPath, ['--import', pathToFileURL(terminal).href, program, ...args], {
      cwd: folder,
      stdio: ['ignore', file, file],
      env: {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        FORCE_COLOR: '1',
        QWL_PROGRESS: 'plain',
        HOME: home,
        TZ: 'UTC',
      },
    })
  } finally {
    closeSync(file)
  }
  return readFileSync(path, 'utf8').replaceAll(home, '~')
}

function shown(args) {
  const words = args.map((word) => (/[^\w./-]/.test(word) ? `'${word}'` : word))
  return ['npx', 'qw-lambda', ...words].join(' ')
}

/** Requests of a small shop, one every 900 ms, the same each time: the till has a bad quarter of an hour. */
function logLines(count) {
  const paths = ['/', '/cart', '/checkout', '/search', '/item/42', '/item/7']
  let seed = 7
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
  const startMs = Date.parse('2026-11-02T09:00:00Z')
  return Array.from({ length: count }, (_, i) => {
    const path = paths[Math.floor(random() * paths.length)]
    const isBad = path === '/checkout' && i > count * 0.55 && i < count * 0.8
    const level = random() < (isBad ? 0.7 : 0.03) ? 'ERROR' : random() < 0.1 ? 'WARN' : 'INFO'
    const ms = Math.round((isBad ? 400 : 20) + random() * random() * (isBad ? 900 : 300))
    const message = level === 'ERROR' ? `payment of ${path} timed out` : `served ${path}`
    const at = new Date(startMs + i * 900).toISOString()
    return `${JSON.stringify({ at, level, path, ms, message })}\n`
  }).join('')
}
