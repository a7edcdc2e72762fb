import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAM } from '../cli-process.ts'
import { searchStack, type SearchStack } from './search-stack.ts'
import { shellScript } from '../../src/cli/program/completion/shell-scripts.ts'
import { loadWordTree } from '../../src/cli/program/completion/word-tree.ts'

let script: string

beforeAll(async () => {
  script = shellScript('bash', await loadWordTree())
  // Every command is loaded, by a machine that may do other things too.
}, 60_000)

/** What bash offers for the last word, with a stand-in for the program that it asks for names. */
function offered(...words: readonly string[]): string[] {
  const typed = ['qw-lambda', ...words].map((word) => `'${word}'`).join(' ')
  const ask = `qw-lambda() { [ "$1 $2" = "complete stacks" ] && echo shop; [ "$1 $2" = "complete indexes" ] && echo orders; [ "$2" = fields ] && echo "quantity price $4"; [ "$2" = query ] && echo "quantity: price:"; }
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
    [['search', 'quan'], ['quantity:']],
    [['search', '--fields', 'pri'], ['price']],
    [['search', '--fields', 'quantity,pri'], ['quantity,price']],
    [['search', '--index', 'logs', '--sort', 'lo'], ['logs']],
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

/** A shell that may not be on this machine; then nobody here uses it. */
function hasShell(name: string): boolean {
  return ['/bin', '/usr/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, name)))
}

describe('over the real program', () => {
  let place: SearchStack
  beforeAll(async () => {
    place = await searchStack()
    const hostile = '{"at":1795406400,"$(touch pwned)":"x","\\u001b[31m":"x","brought":"x"}\n'
    await writeFile(join(place.folder, 'odd.ndjson'), hostile)
    await place.ok('ingest', 'odd.ndjson', '--index', 'visits')
    await place.ok('fields')
    const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`
    await writeFile(join(place.folder, 'qw-lambda'), script, { mode: 0o755 })
  }, 60_000)
  afterAll(() => place.remove())

  const inShell = (shell: string, script: string): string =>
    execFileSync(shell, ['-c', script], {
      encoding: 'utf8',
      cwd: place.folder,
      env: { PATH: `${place.folder}:${process.env['PATH'] ?? ''}`, HOME: place.folder },
    })

  test('fields are those of the mapping and those that documents brought along, if a shell may have them', async () => {
    const { stdout } = await place.run(['complete', 'fields'])
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['at', 'brought', 'id', 'level', 'place.city', 'tags']),
    )
    for (const sign of ['$', '\u001B']) expect(stdout).not.toContain(sign)
    expect((await place.run(['complete', 'fields', '--index', 'other'])).stdout).toBe('')
  })

  test('bash offers them, and runs nothing of what is in their names', () => {
    const words = 'COMP_WORDS=(qw-lambda search lev); COMP_CWORD=2; _qw_lambda'
    const ask = `source <(qw-lambda completion bash); ${words}; echo "\${COMPREPLY[@]}"`
    expect(inShell('bash', ask)).toBe('level:\n')
    expect(existsSync(join(place.folder, 'pwned'))).toBe(false)
  })

  test.runIf(hasShell('fish'))('fish offers them', () => {
    const ask = (line: string) =>
      inShell('fish', `qw-lambda completion fish | source; complete -C '${line}'`)
    expect(ask('qw-lambda search lev')).toContain('level:')
    expect(ask('qw-lambda search --sort ')).toContain('place.city')
  })

  test.runIf(hasShell('zsh'))('zsh loads the script, and its function answers', () => {
    const words = 'COMP_WORDS=(qw-lambda search --fields lev); COMP_CWORD=3; _qw_lambda'
    const load = 'autoload -U +X compinit && compinit -u; source <(qw-lambda completion zsh)'
    expect(
      inShell('zsh', `${load}; (( $+functions[_qw_lambda] )) && echo loaded; ${words}`),
    ).toContain('loaded')
  })
})
