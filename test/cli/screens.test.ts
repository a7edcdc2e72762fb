import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { orders, SCHEMA, SCREENS } from './screen-list.ts'
import { Stage, type Performance } from './stage.ts'

const FOLDER = join(import.meta.dirname, 'screens')

const VIEWS = [
  { name: '80', options: { columns: 80 } },
  { name: '120-color', options: { columns: 120, color: true } },
  { name: 'narrow-ascii', options: { columns: 48, env: { QWL_ASCII: '1' } } },
  { name: 'pipe', options: {} },
] as const

describe.each(VIEWS)('screens at $name', ({ name, options }) => {
  let stage: Stage
  const played = new Map<string, Performance>()

  beforeAll(async () => {
    stage = new Stage()
    const files = new Map([
      ['orders.yaml', stage.write('orders.yaml', SCHEMA)],
      ['orders.ndjson', stage.write('orders.ndjson', orders())],
    ])
    for (const [screen, line] of SCREENS) {
      const words = line.split(' ').filter((word) => word !== '')
      const argv = words.map((word) => files.get(word) ?? word)
      played.set(screen, await stage.play(argv, options))
    }
    // Some fifty command lines, on a machine that may do other things too.
  }, 60_000)

  afterAll(() => stage.remove())

  test('each command prints what was looked at and kept', async () => {
    const text = SCREENS.map(([screen, line]) =>
      drawScreen(line, played.get(screen), stage.folder),
    ).join('\n')
    // After a change on purpose: npm run screens, and look at the difference.
    await expect(text).toMatchFileSnapshot(join(FOLDER, `${name}.txt`))
  })

  test('no line is wider than the screen, save words that cannot be broken', () => {
    const width = 'columns' in options ? options.columns : Infinity
    const tooWide = SCREENS.filter(([screen]) => FITTED.has(screen)).flatMap(([screen]) =>
      plain(played.get(screen)?.stdout ?? '')
        .split('\n')
        .filter((line) => Array.from(line).length > width)
        .map((line) => `${screen}: ${line}`),
    )
    expect(tooWide).toEqual([])
  })
})

test('where only ASCII can be shown, nothing else is', async () => {
  const text = await readFile(join(FOLDER, 'narrow-ascii.txt'), 'utf8')
  // oxlint-disable-next-line no-control-regex
  expect(text.split('\n').filter((line) => !/^[\u0000-\u007F␛]*$/.test(line))).toEqual([])
})

/** Tables and drawings; help texts are laid out for 80 columns. */
const FITTED = new Set([
  'index-list',
  'index-splits',
  'list',
  'fields',
  'search',
  'search-terms',
  'cost',
  'status',
])

function drawScreen(line: string, screen: Performance | undefined, folder: string): string {
  if (screen === undefined) return ''
  const parts = [`$ qw-lambda ${line}`.trimEnd()]
  if (screen.stdout !== '') parts.push(screen.stdout.trimEnd())
  if (screen.stderr !== '') parts.push('--- stderr', screen.stderr.trimEnd())
  if (screen.exitCode !== 0) parts.push(`--- exit ${screen.exitCode}`)
  return `${normalise(parts.join('\n'), folder)}\n`
}

/** As long as the folder of a stage, so that what is aligned stays so. */
const STAND_IN = '/work/of/somebody'

/** What differs from run to run and from machine to machine. */
function normalise(text: string, folder: string): string {
  // Tables may have cut it: any beginning that is longer than the folder all stages are in.
  const beginning = folder.slice(0, folder.indexOf('stage-') + 1)
  const cutPath = new RegExp(`${beginning}[a-zA-Z0-9-]{0,${folder.length - beginning.length}}`, 'g')
  return text
    .replaceAll(cutPath, (path) => STAND_IN.slice(0, path.length))
    .replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{6,24}/g, (id) =>
      '01ANYULIDWILLDOHEREFORSURE'.slice(0, id.length),
    )
    .replaceAll(/\b\d+(\.\d+)? (µs|us|ms)/g, '<t>')
    .replaceAll('\u001B', '␛')
}

function plain(text: string): string {
  // The escapes that colour writes.
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[[\d;]*m/g, '')
}
