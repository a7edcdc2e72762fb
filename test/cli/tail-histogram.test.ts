import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DOC_COUNT, searchStack, type SearchStack } from './search-stack.ts'
import { KEY, onTerminal, type TerminalOptions, type TerminalResult } from './terminal.ts'

vi.setConfig({ testTimeout: 120_000 })

let stack: SearchStack

beforeAll(async () => {
  stack = await searchStack()
})

afterAll(() => stack.remove())

async function tail(
  args: readonly string[],
  options: Partial<TerminalOptions> = {},
): Promise<TerminalResult> {
  const result = await onTerminal(['tail', '--every', '200ms', ...args], {
    cwd: stack.folder,
    ...options,
  })
  expect(result.missed, result.text).toBeNull()
  return result
}

const ENDS = ['--max-duration', '300ms']

describe.concurrent('tail --histogram', () => {
  test('draws the rate by level above the last lines, where the documents end', async () => {
    const { exit, text } = await tail(['--histogram', '10s', ...ENDS], { env: { NO_COLOR: '1' } })
    expect(exit, text).toBe(0)
    expect(text).toContain(`${DOC_COUNT} documents, a bar is 10s`)
    expect(text).toMatch(/ {7}10 │.*b/)
    expect(text).toContain('a info  b error')
    expect(text).toMatch(/2026-11-23 04:00:59\S* {2}user 59 opened the door/)
    expect(text).toContain('Ctrl-C stops')
  })

  test('Ctrl-C leaves the drawing, a new line and the totals', async () => {
    const steps = [{ wait: 'Ctrl-C stops', send: KEY.ctrlC }]
    const { exit, transcript, text } = await tail(['--histogram'], { steps })
    expect(exit, text).toBe(0)
    expect(text.trimEnd()).toMatch(/10 documents · .* · \d+ requests · \$0$/)
    // The cursor was never hidden, and no other screen was opened.
    expect(transcript).not.toContain('\u001B[?')
  })

  test('is stacked by what --by names, in a window of any size', async () => {
    for (const columns of [1, 30, 0]) {
      const { exit, text } = await tail(['--by', 'id:2', ...ENDS], { columns })
      expect(exit, text).toBe(0)
      expect(text).toContain(columns === 1 ? '…' : '│')
    }
  })

  test('goes over itself: each drawing begins where the one before began', async () => {
    const { transcript } = await tail(['--histogram', '--max-duration', '1s'])
    // oxlint-disable-next-line no-control-regex
    const ups = [...transcript.matchAll(/\u001B\[(\d+)A\u001B\[G/g)].map(([, lines]) => lines)
    expect(ups.length).toBeGreaterThan(1)
    expect(new Set(ups).size).toBe(1)
  })

  test.each<[string, string[], Partial<TerminalOptions>, string]>([
    ['a dumb terminal', ['--histogram'], { env: { TERM: 'dumb' } }, 'needs a terminal'],
    ['another format', ['--histogram', '--format', 'csv'], {}, 'needs a terminal'],
    ['terms', ['--histogram', '--terms', 'level'], {}, 'does not go with --terms'],
    ['a width that is none', ['--histogram', 'month'], {}, 'takes a width'],
    ['a field that is not fast', ['--by', 'message'], {}, 'not a fast field'],
  ])('is refused for %s', async (_, args, options, reason) => {
    const { exit, text } = await tail(args, options)
    expect(exit, text).toBe(2)
    expect(text.replaceAll(/\s+/g, ' ')).toContain(reason)
  })
})

test('a pipe has no drawing, and is told of the one that ends', async () => {
  const { exitCode, stdout, stderr } = await stack.run(['tail', '--histogram'])
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain('qw-lambda search --histogram')
})
