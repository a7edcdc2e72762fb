import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { shellScript } from '../../src/cli/program/completion/shell-scripts.ts'
import { loadWordTree } from '../../src/cli/program/completion/word-tree.ts'

let script: string

beforeAll(async () => {
  script = shellScript('bash', await loadWordTree())
})

/** What bash offers for the last word, with a stand-in for the program that it asks for names. */
function offered(...words: readonly string[]): string[] {
  const typed = ['qw-lambda', ...words].map((word) => `'${word}'`).join(' ')
  const ask = `qw-lambda() { [ "$1 $2" = "complete stacks" ] && echo shop; [ "$1 $2" = "complete indexes" ] && echo orders; }
${script}
COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _qw_lambda; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['-c', ask], { encoding: 'utf8' })
  return output.split('\n').filter((word) => word !== '')
}

describe('bash completes', () => {
  test.each([
    [['gen'], ['generator']],
    [['generator', 'pa'], ['pause']],
    [['search', '--hist'], ['--histogram']],
    [['search', '--format', 'nd'], ['ndjson']],
    [['status', '--stack', ''], ['shop']],
    [['use', ''], ['shop']],
    [['index', 'describe', ''], ['orders']],
    [['completion', 'z'], ['zsh']],
    [['doctor', '--only', 'qu'], ['quotas']],
  ])('%j with %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected)
  })

  test('commands and their aliases at the start', () => {
    expect(offered('')).toEqual(
      expect.arrayContaining(['init', 'cost', 'cost-estimate', 'destroy']),
    )
  })
})

test('fish is told each command once, and quotes survive', async () => {
  const fish = shellScript('fish', await loadWordTree())
  const lines = fish.split('\n').filter((line) => line.includes('__fish_use_subcommand -a status '))
  expect(lines).toHaveLength(1)
  for (const line of fish.split('\n')) expect(line.split("'").length % 2).toBe(1)
})

test('PowerShell is told every command with its options, in words that it takes as they are', async () => {
  const tree = await loadWordTree()
  const script = shellScript('powershell', tree)
  for (const { path } of tree.commands) expect(script).toContain(`    '${path}' = @(`)
  expect(script).toMatch(/'search' = @\(.*'--histogram'/)
  expect(script).toContain("'index describe' = 'indexes'")
  // A quote inside a word would end it.
  for (const line of script.split('\n')) expect(line.split("'").length % 2, line).toBe(1)
})
