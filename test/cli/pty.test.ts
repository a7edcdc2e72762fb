import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCli } from '../cli-process.ts'
import { orders, SCHEMA } from './screen-list.ts'
import {
  KEY,
  onTerminal,
  type TerminalOptions,
  type TerminalResult,
  type Typing,
} from './terminal.ts'

const { enter, ctrlC, escape, down, backspace } = KEY

// The driver ends what shows nothing new; many of these at once are slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'qwl-pty-'))
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(root, 'shop'))
  await writeFile(join(folder, '.git'), '')
  return folder
}

async function folderWithStack(): Promise<string> {
  const folder = await emptyFolder()
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  const args = [
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'orders.yaml',
    '-y',
  ]
  const made = await runCli(args, { cwd: folder, env: { HOME: folder } })
  expect(made.exitCode, made.stderr).toBe(0)
  return folder
}

async function typed(
  folder: string,
  args: readonly string[],
  steps: readonly Typing[],
  options: Omit<TerminalOptions, 'cwd' | 'steps'> = {},
): Promise<TerminalResult> {
  const result = await onTerminal(args, { cwd: folder, steps, ...options })
  expect(result.missed, result.text).toBeNull()
  return result
}

describe.concurrent('init asks', () => {
  test('a wrong name is said to be wrong, and asked again; what was chosen is shown as one command', async () => {
    const folder = await emptyFolder()
    const { exit, text } = await typed(
      folder,
      ['init'],
      [
        { wait: 'Where to run', send: enter },
        { wait: 'Name', send: `Shop!${enter}` },
        { wait: 'lower-case letters', send: `${backspace.repeat(5)}shop${enter}` },
        { wait: 'First data', send: down.repeat(3) + enter },
      ],
    )
    expect(exit, text).toBe(0)
    expect(text).toContain('qw-lambda init --target local --name shop --data empty')
    expect(existsSync(join(folder, 'qw-lambda.json'))).toBe(true)
  })

  const toName = [{ wait: 'Where to run', send: enter }]
  const toData = [...toName, { wait: 'Name', send: `shop${enter}` }]
  const toFiles = [...toData, { wait: 'First data', send: down + enter }]
  const toSample = [...toData, { wait: 'First data', send: enter }]
  test.each([
    ['the target', 'Where to run', []],
    ['the name', 'Name', toName],
    ['the data', 'First data', toData],
    ['the files', 'File, folder or glob', toFiles],
    [
      'the mapping',
      'mapping',
      [...toFiles, { wait: 'File, folder or glob', send: `orders.ndjson${enter}` }],
    ],
    ['the interval', '--every', toSample],
    ['the retention', '--retention', [...toSample, { wait: '--every', send: enter }]],
  ] as const)('Ctrl-C at %s leaves nothing behind', async (_, question, before) => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'orders.ndjson'), orders())
    const { exit, text } = await typed(
      folder,
      ['init'],
      [...before, { wait: question, send: ctrlC }],
    )
    expect(exit, text).toBe(130)
    expect(text).toContain('Cancelled. Nothing was changed.')
    expect((await readdir(folder)).filter((name) => name !== '.git')).toEqual(['orders.ndjson'])
  })

  const mapping = ['init', '--target', 'local', '--name', 'shop', '--from', 'orders.ndjson']
  test('the mapping is changed until it is accepted', async () => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'orders.ndjson'), orders())
    const { exit, text } = await typed(folder, mapping, [
      { wait: 'This mapping', send: down.repeat(2) + enter },
      { wait: 'Field', send: down + enter },
      { wait: 'Type of', send: enter },
      { wait: 'This mapping', send: down.repeat(4) + enter },
      { wait: 'Field', send: down + enter },
      { wait: 'This mapping', send: enter },
      { wait: '--retention', send: enter },
    ])
    expect(exit, text).toBe(0)
    expect(text).toContain('500 documents')
  })

  test.each([
    ['the timestamp field', 'Timestamp field', [{ wait: 'This mapping', send: down + enter }]],
    ['a field', '? Field', [{ wait: 'This mapping', send: down.repeat(3) + enter }]],
    [
      'a type',
      'Type of',
      [
        { wait: 'This mapping', send: down.repeat(2) + enter },
        { wait: '? Field', send: enter },
      ],
    ],
  ] as const)('Ctrl-C at %s of the mapping leaves nothing behind', async (_, question, before) => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'orders.ndjson'), orders())
    const { exit, text } = await typed(folder, mapping, [
      ...before,
      { wait: question, send: ctrlC },
    ])
    expect(exit, text).toBe(130)
    expect((await readdir(folder)).filter((name) => name !== '.git')).toEqual(['orders.ndjson'])
  })

  test('what to change in a folder that is set up; a wrong interval is said to be wrong', async () => {
    const folder = await folderWithStack()
    const cancelled = await typed(folder, ['init'], [{ wait: 'Change one thing', send: ctrlC }])
    expect(cancelled.exit, cancelled.text).toBe(130)
    const { exit, text } = await typed(
      folder,
      ['init'],
      [
        { wait: 'Change one thing', send: down.repeat(2) + enter },
        { wait: 'New sample batch every', send: `5x${enter}` },
        { wait: 'write 5m', send: `${backspace.repeat(2)}10m${enter}` },
      ],
    )
    expect(exit, text).toBe(0)
    const { stdout } = await runCli(['generator', 'status', '--json'], {
      cwd: folder,
      env: { HOME: folder },
    })
    expect(JSON.parse(stdout)).toMatchObject({ every_ms: 600_000 })
  })

  test('Escape gives up too', async () => {
    const folder = await emptyFolder()
    const { exit, text } = await typed(folder, ['init'], [{ wait: 'Where to run', send: escape }])
    expect({ exit, said: text.includes('Nothing was changed') }).toEqual({ exit: 130, said: true })
  })

  test('a narrow window without colour and without Unicode asks the same', async () => {
    const folder = await emptyFolder()
    const { exit, transcript } = await typed(
      folder,
      ['init', '--ascii', '--no-color', '--data', 'empty'],
      [
        { wait: 'Where to run', send: enter },
        { wait: 'Name', send: `shop${enter}` },
      ],
      { columns: 32 },
    )
    expect(exit, transcript).toBe(0)
    // oxlint-disable-next-line no-control-regex
    expect(transcript).not.toMatch(/\u001B\[[\d;]*[3-9]\d?m/)
    // oxlint-disable-next-line no-control-regex
    expect(transcript.replaceAll(/[\u0000-\u007F]/g, '')).toBe('')
  })

  test('with --yes nothing is asked', async () => {
    const { exit, text } = await typed(
      await emptyFolder(),
      ['init', '-y', '--target', 'local', '--data', 'empty'],
      [],
    )
    expect(exit, text).toBe(0)
    expect(text).not.toContain('? ')
  })
})

describe.concurrent('teardown asks for the name', () => {
  test('the right one, on the terminal, while stdout goes elsewhere', async () => {
    const folder = await folderWithStack()
    const { exit, text, piped } = await typed(
      folder,
      ['teardown'],
      [{ wait: 'Type shop to go on', send: `shop${enter}` }],
      { stdout: 'pipe' },
    )
    expect(exit, text).toBe(0)
    expect(piped).toMatch(/^Nothing left\. .*\n$/)
  })

  test.each([
    ['another one', `shopping${enter}`, 11],
    ['nothing', enter, 11],
    ['Ctrl-C', ctrlC, 130],
  ])('%s changes nothing', async (_, answer, exitCode) => {
    const folder = await folderWithStack()
    const { exit, text } = await typed(folder, ['teardown'], [{ wait: 'to go on', send: answer }])
    expect(exit, text).toBe(exitCode)
    expect(text).toContain('Nothing was changed')
    const status = await onTerminal(['status'], { cwd: folder })
    expect(status.exit, status.text).toBe(0)
  })
})

describe.concurrent('on a terminal', () => {
  test('a phase is one line that turns into a tick, and the cursor comes back', async () => {
    const folder = await folderWithStack()
    const { exit, transcript, text } = await typed(
      folder,
      ['generator', 'run', '--docs', '2000'],
      [],
    )
    expect(exit, text).toBe(0)
    expect(text).toContain('✓ Indexed 2,000 documents')
    expect(transcript.lastIndexOf('\u001B[?25h')).toBeGreaterThan(
      transcript.lastIndexOf('\u001B[?25l'),
    )
  })

  test('Ctrl-C ends a watched status with 130', async () => {
    const folder = await folderWithStack()
    const { exit, text } = await typed(
      folder,
      ['status', '--watch', '1s'],
      [{ wait: 'Ctrl-C stops', send: ctrlC }],
    )
    expect(exit, text).toBe(130)
    // What moves the cursor acts, and is not shown by signs.
    expect(text).not.toContain('␛')
  })

  test('Ctrl-C ends a server in good order, and a script reads its address', async () => {
    const folder = await folderWithStack()
    const { exit, text, piped } = await typed(
      folder,
      ['serve', '--no-generator'],
      [{ wait: 'Ctrl-C stops', send: ctrlC }],
      { stdout: 'pipe' },
    )
    expect(exit, text).toBe(0)
    expect(piped).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(text).toContain('Stopped.')
  })
})
