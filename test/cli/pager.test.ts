import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DOC_COUNT, searchStack, type SearchStack } from './search-stack.ts'
import { KEY, onTerminal, type TerminalOptions, type TerminalResult } from './terminal.ts'

vi.setConfig({ testTimeout: 120_000 })

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
  // Marks what passes through it, and waits for a key of its own terminal as less does.
  const script = `sed 's/^/| /'; printf 'END'; read answer < /dev/tty`
  await writeFile(join(stack.folder, 'waiting-pager'), script)
})

afterAll(() => stack.remove())

const WAITING = 'sh waiting-pager'
const LONG = ['search', '-n', '60']

/** On a terminal of thirty lines. */
async function shown(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: Partial<TerminalOptions> = {},
): Promise<TerminalResult> {
  const result = await onTerminal(args, {
    cwd: stack.folder,
    env: { NO_COLOR: '1', ...env },
    ...options,
  })
  expect(result.missed, result.text).toBeNull()
  return result
}

describe.concurrent('an answer longer than the screen', () => {
  test('goes through the pager; what stands beside it comes when the reader is done', async () => {
    const steps = [{ wait: 'END', send: KEY.enter }]
    const { exit, text } = await shown(LONG, { PAGER: WAITING }, { steps })
    expect(exit, text).toBe(0)
    expect(text.match(/^\| /gm)).toHaveLength(DOC_COUNT + 1)
    expect(text).toMatch(/END[^]*60 of 60 hits/)
  })

  test('Ctrl-C is the pager’s: the program waits for it, and the terminal is whole after', async () => {
    const steps = [{ wait: 'END', send: KEY.ctrlC }]
    const { exit, text } = await shown(LONG, { PAGER: WAITING }, { steps })
    expect(exit, text).toBe(0)
    expect(text).toContain('60 of 60 hits')
    expect(text).not.toContain('Interrupted')
  })

  test('a reader who leaves early ends it quietly', async () => {
    const { exit, text } = await shown(['search', '--all'], { PAGER: 'head -n 2' })
    expect(exit, text).toBe(0)
    expect(
      text
        .trimEnd()
        .split('\n')
        .filter((line) => line.includes('user')),
    ).toHaveLength(1)
    expect(text).not.toMatch(/EPIPE|✗/)
  })

  test('a pager that is not there is said to be missing', async () => {
    const { exit, text } = await shown(LONG, { QWL_PAGER: 'no-such-pager' })
    expect(exit, text).toBe(2)
    expect(text).toContain('`no-such-pager` cannot be started')
  })

  test('a value that would act on the terminal is shown by signs, in a pager too', async () => {
    const hostile = '{"at":1795406400,"message":"a\\u001b]0;x\\u0007b\\u001b[2Jc"}\n'
    await writeFile(join(stack.folder, 'hostile.ndjson'), hostile.repeat(40))
    await stack.ok('ingest', 'hostile.ndjson', '--index', 'hostile', '--create')
    const args = ['search', '--index', 'hostile', '-n', '40']
    const { transcript } = await shown(args, { PAGER: "sed 's/^/| /'" })
    expect(transcript).toContain('| ')
    expect(transcript).toContain('␛]0;x␇b␛[2Jc')
    // oxlint-disable-next-line no-control-regex
    expect(transcript).not.toMatch(/[\u001b\u0007]/)
  })
})

describe.concurrent('no pager', () => {
  const marking = { PAGER: "sed 's/^/| /'" }

  test.each([
    ['what fits the screen', ['search', '-n', '3'], marking],
    ['--no-pager', [...LONG, '--no-pager'], marking],
    ['an empty QWL_PAGER', LONG, { ...marking, QWL_PAGER: '' }],
    ['cat', LONG, { PAGER: 'cat' }],
    ['JSON', [...LONG, '--json'], marking],
    ['following', ['tail', '-n', '50', '--max-duration', '100ms'], marking],
    ['help with --no-pager', ['search', '--help', '--no-pager'], marking],
  ])('for %s', async (_, args, env) => {
    const { exit, text } = await shown(args, env)
    expect(exit, text).toBe(0)
    expect(text).not.toMatch(/^\| /m)
  })

  test('for a pipe, though the footer goes to the terminal', async () => {
    const { exit, piped, text } = await shown(LONG, marking, { stdout: 'pipe' })
    expect(exit).toBe(0)
    expect(piped.split('\n')).toHaveLength(DOC_COUNT + 2)
    expect(piped + text).not.toContain('| ')
  })
})

test('help is paged like an answer', async () => {
  const { exit, text } = await shown(['search', '--help'], { PAGER: "sed 's/^/| /'" })
  expect(exit, text).toBe(0)
  expect(text).toMatch(/^\| Usage: qw-lambda search/m)
})
