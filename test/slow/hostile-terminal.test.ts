/* oxlint-disable no-control-regex -- what must not reach a terminal is what this is about */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli } from '../cli-process.ts'
import { onTerminal } from '../cli/terminal.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** What would clear the screen, rename the window, ring, go back, blink, turn the reading order. */
const HOSTILE = '\u001B[2J\u001B]0;title\u0007\r\u001B[5mblink\u009B31m\u202Eolleh\u2028\u007F'

let folder: string
const file = `a\u001B[5m${'b'.repeat(3)}\u202E.ndjson`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-hostile-'))
  await writeFile(join(folder, '.git'), '')
  const docs = [1, 2, 3].map((n) => ({
    at: `2026-11-23T0${n}:00:00Z`,
    text: `${HOSTILE} ${n}`,
    kind: HOSTILE,
    n,
    [`key${HOSTILE}`]: HOSTILE,
  }))
  const lines = [...docs.map((doc) => JSON.stringify(doc)), `{"text": "${HOSTILE}`, HOSTILE]
  await writeFile(join(folder, file), `${lines.join('\n')}\n`)
  const env = { HOME: folder }
  const made = await runCli(['init', '--target', 'local', '--data', 'empty', '-y'], {
    cwd: folder,
    env,
  })
  expect(made.exitCode, made.stderr).toBe(0)
  const filled = await runCli(
    ['ingest', file, '--index', 'hostile', '--create', '--max-errors', '100%'],
    { cwd: folder, env },
  )
  expect(filled.exitCode, filled.stderr).toBe(10)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What is left after the sequences that we and ora write: nothing that acts may be among it. */
function actingIn(transcript: string): string[] {
  const ours = transcript
    .replaceAll(/\u001B\[(?:[0-2]?K|J|\d*[AG]|(?:[0-4]|2[1-9]|3\d|9\d)?m|\?25[lh]|\?2026[lh])/g, '')
    .replaceAll('\r\n', '')
  const acting =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
  return [...ours.matchAll(acting)].map(({ index }) =>
    JSON.stringify(ours.slice(Math.max(0, index - 30), index + 10)),
  )
}

const COMMANDS: readonly (readonly string[])[] = [
  ...['table', 'line', 'csv', 'tsv', 'ndjson', 'json', 'raw'].map((format) => [
    'search',
    '*',
    '--index',
    'hostile',
    '--format',
    format,
  ]),
  ['search', '*', '--index', 'hostile', '--wrap'],
  ['search', 'text:blink', '--index', 'hostile', '--snippet', 'text'],
  ['search', '*', '--index', 'hostile', '--all', '--format', 'line'],
  ['search', '--index', 'hostile', '--terms', 'kind'],
  ['search', '--index', 'hostile', '--histogram', '--by', 'kind'],
  ['search', '--index', 'hostile', '--aggs', '{"a":{"terms":{"field":"kind"}}}'],
  ['search', `"${HOSTILE}`, '--index', 'hostile'],
  ['search', '*', '--index', HOSTILE],
  ['search', '*', '--index', 'hostile', '--sort', HOSTILE],
  ['search', '*', '--index', 'hostile', '--print', 'curl', '--fields', HOSTILE],
  ['search', 'n:2', '--index', 'hostile', '-C', '1'],
  ['search', `kind:"${HOSTILE}"`, '--index', 'hostile', '--explain'],
  ['search', '*', '--index', 'hostile', '--jq', '.hits[]|.text,.kind,.'],
  ['search', '*', '--jq', `.hits | "${HOSTILE}`],
  ['search', '*', '--index', 'hostile', '--by', `kind`, '--save', 'mine'],
  ['search', '*', '--index', 'hostile', '--saved', HOSTILE],
  ['search', '*', '--index', 'hostile', '--list-saved'],
  ['tail', '--index', 'hostile', '--histogram', '--by', 'kind', '--max-duration', '300ms'],
  ['fields', '--index', 'hostile'],
  ['index', 'list'],
  ['index', 'describe', 'hostile'],
  ['index', 'describe', 'hostile', '--mapping'],
  ['index', 'splits', 'hostile'],
  ['index', 'infer', file],
  ['ingest', file, '--index', 'hostile', '--dry-run'],
  ['ingest', file, '--index', 'hostile', '--force'],
  ['ingest', file],
  ['ingest', 'status'],
  ['ingest', 'failures', '--index', 'hostile', '--show', '5'],
  ['logs'],
  ['status'],
  ['list'],
  ['config', 'list', '--origin'],
  ['config', 'set', HOSTILE, HOSTILE],
  ['use', HOSTILE],
  ['init', '--name', HOSTILE],
  ['help', HOSTILE],
  [HOSTILE],
  ['teardown', '--confirm', HOSTILE],
]

test.each(
  COMMANDS.map(
    (args) =>
      [args.join(' ').replaceAll(HOSTILE, '<hostile>').replaceAll(file, '<file>'), args] as const,
  ),
)('nothing of the data acts on the terminal in: qw-lambda %s', async (_, args) => {
  const { transcript } = await onTerminal(args, { cwd: folder, env: { QWL_NO_INPUT: '1' } })
  expect(transcript.length).toBeGreaterThan(0)
  expect(actingIn(transcript)).toEqual([])
})

test('the check itself sees what would act', () => {
  expect(actingIn(`\u001B[2mdim\u001B[22m ${HOSTILE}`).length).toBeGreaterThan(7)
})

test('a pipe gets the exact bytes', async () => {
  const { stdout } = await runCli(['search', 'n:1', '--index', 'hostile', '--format', 'ndjson'], {
    cwd: folder,
    env: { HOME: folder },
  })
  expect(JSON.parse(stdout)).toMatchObject({ kind: HOSTILE, text: `${HOSTILE} 1` })
})
