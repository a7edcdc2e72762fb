import { execFileSync, spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finished, PROGRAM, runCli, type ProcessResult } from '../cli-process.ts'
import { hasTool } from '../clients/toolchain.ts'
import { orders, SCHEMA } from './screen-list.ts'

/*
 * Mistakes that people make, each in a folder of its own with a stack in it. Every one is told about in
 * one error, none as a mistake of ours, and the commands that its `Fix` prints are run through a shell as
 * they stand there.
 */

/** Words that a mistake is made of, by spaces; a shell's quotes where they are needed. */
const MISTAKES: readonly string[] = [
  // Fields, formats and drawings.
  'search --sort nope',
  'search --sort ts:up',
  'search --fields nope',
  'search --stats note',
  'search --terms',
  'search --histogram month',
  'search --json --format csv',
  'search --format xml',
  'search --count --terms item',
  'search -n 20000',
  "search --aggs '{bad'",
  'search --serch-fields note',
  // Queries.
  'search two words',
  'search -item:apple',
  "search 'item:(apple'",
  "search '' -Q x",
  'serach item:apple',
  'index',
  'index describe --index orders',
  'help nope',
  'completion tcsh',
  // Times and numbers.
  'search --since 2026-02-30',
  'search --since 2026-13-01',
  'search --since 1h --until 2h',
  'logs --since yesterday-ish',
  'index splits --since 2026-02-30',
  'serve --port 70000',
  'serve --port abc',
  'generator set --every 1s',
  'cost --assume indexRatoi=2',
  "search --index ''",
  "status --stack ''",
  'status --timeout soon',
  'search --tz Mars/Base',
  // Things that are not there.
  'search --index nope',
  'index describe nope',
  'status --stack nope',
  'status --config nope.json',
  'ingest failures nope',
  'ingest status nope',
  'config get nope',
  'open',
  // Files that are none.
  'ingest nope.ndjson',
  'ingest empty-folder',
  'ingest loop',
  'ingest pipe',
  'ingest https://127.0.0.1/x.ndjson',
  'ingest s3://bucket/x',
  'ingest other.ndjson',
  'ingest orders.ndjson --input-format xml',
  'ingest orders.ndjson --follow --dry-run',
  'ingest empty-folder --follow',
  'index infer empty.ndjson',
  'index infer empty-folder',
  'index create',
  'index create -f schema.yaml',
  'index create -f empty-folder',
  'index create -f pipe',
  'index create -f orders.ndjson',
  'search --es empty-folder',
  'search --es empty.ndjson',
  'search --query-file nope',
  'search --aggs @pipe',
  'cost --assumptions empty-folder',
  'serve --host 0.0.0.0',
  'serve --host 0.0.0.0 --api-key-file empty-folder',
  'serve --watch nope',
  'status --config pipe',
  'status --config bad.json',
  'status --data-dir orders.ndjson',
  'status --data-dir /proc/nope',
  'init --target local --data empty --name other --data-dir /proc/nope --config new.json -y',
  // Set up already, and not confirmed.
  'teardown',
  'teardown --confirm other',
  'index delete orders',
  'generator set',
]

let pattern: string
let folder: string

beforeAll(async () => {
  pattern = await mkdtemp(join(tmpdir(), 'qwl-pattern-'))
  folder = await mkdtemp(join(tmpdir(), 'qwl-mistakes-'))
  const write = async (name: string, text: string) => await writeFile(join(pattern, name), text)
  await write('.git', '')
  await write('schema.yaml', SCHEMA)
  await write('orders.yaml', SCHEMA.replace('index_id: orders', 'index_id: others'))
  await write('orders.ndjson', orders())
  await write('other.ndjson', '{"color":"red","weight":3}\n')
  await write('empty.ndjson', '')
  await write('bad.json', '{"nam":"x"}')
  await mkdir(join(pattern, 'empty-folder'))
  await symlink('loop', join(pattern, 'loop'))
  // As a shell finds it.
  await mkdir(join(pattern, 'bin'))
  await write('bin/qw-lambda', `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`)
  await chmod(join(pattern, 'bin', 'qw-lambda'), 0o755)
  const options = { cwd: pattern, env: environment(pattern) }
  const init = '--target local --name shop --data empty --schema schema.yaml --data-dir data -y'
  for (const line of [`init ${init}`, 'ingest orders.ndjson']) {
    const { exitCode, stderr } = await runCli(line.split(' '), options)
    expect(exitCode, stderr).toBe(0)
  }
})

afterAll(async () => {
  for (const path of [pattern, folder]) await rm(path, { recursive: true, force: true })
})

function environment(cwd: string): Record<string, string> {
  return {
    PATH: `${join(cwd, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: cwd,
    XDG_CONFIG_HOME: join(cwd, 'config'),
    XDG_STATE_HOME: join(cwd, 'state'),
  }
}

/** The folder as it was before the mistake. A pipe cannot be copied. */
async function freshFolder(): Promise<string> {
  const cwd = await mkdtemp(join(folder, 'f'))
  await cp(pattern, cwd, { recursive: true, verbatimSymlinks: true })
  execFileSync('mkfifo', [join(cwd, 'pipe')])
  return cwd
}

async function shell(cwd: string, line: string): Promise<ProcessResult> {
  const child = spawn('sh', ['-c', line], { cwd, env: environment(cwd) })
  child.stdin.end()
  // One that serves, or waits for what never comes.
  const limit = setTimeout(() => child.kill('SIGKILL'), 20_000)
  try {
    return await finished(child)
  } finally {
    clearTimeout(limit)
  }
}

const FAULT = /unexpected fault|mistake in qw-lambda|\n {4}at /

/** Names for what a `Fix` leaves to the reader. */
const FILLED: readonly (readonly [placeholder: RegExp, name: string])[] = [
  [/<(data )?file>|<src>/, 'orders.ndjson'],
  [/<name>|<stack>/, 'shop'],
  [/<config>/, 'orders.yaml'],
]

/** The commands of one `Fix`: from the program's name to the end of the line, or to where prose goes on. */
function commandsIn(fix: string): string[] {
  const commands = /(?:^|: |\()((?:curl|cat|ls) .*|qw-lambda .*)$/.exec(fix)?.[1]
  if (commands === undefined) return []
  return [
    FILLED.reduce(
      (line, [placeholder, name]) => line.replace(placeholder, name),
      commands.replace(/(, (or|then|and)|\)| \().*$/, ''),
    ),
  ]
}

describe.concurrent('a mistake is told in one error, whose fix works as printed', () => {
  test.each(MISTAKES)('%s', async (line) => {
    const cwd = await freshFolder()
    const { exitCode, stderr, stdout } = await shell(cwd, `qw-lambda ${line} --no-input`)
    expect(stderr).not.toMatch(FAULT)
    expect([0, 1, null], stdout + stderr).not.toContain(exitCode)
    const errors = stderr.split('\n').filter((each) => each.startsWith('✗'))
    expect(errors, stderr).toHaveLength(stderr.startsWith('{') ? 0 : 1)
    const fixes = /\n {2}Fix {3}([^]*?)(?=\n {2}\w|\n$|$)/.exec(stderr)?.[1] ?? ''
    for (const command of fixes.split(/\n\s*/).flatMap(commandsIn)) {
      // Another address, or a server that would not end.
      if (/^curl|serve/.test(command)) continue
      const mended = await shell(cwd, command.replace(/cat pipe/, 'cat orders.ndjson'))
      expect(mended.stderr, command).not.toMatch(FAULT)
      expect(mended.exitCode, `${command}\n${mended.stderr}`).not.toBe(2)
    }
  })
})

describe.skipIf(!(await hasTool('fullDevice')))('where the answer cannot go', () => {
  test.each(['search', 'search --json', 'help', '--version'])('%s > /dev/full', async (line) => {
    const cwd = await freshFolder()
    const { exitCode, stderr } = await shell(cwd, `qw-lambda ${line} > /dev/full`)
    expect(stderr).toMatch(/^✗ The answer could not be written.*ENOSPC.*\n$/)
    expect(exitCode).toBe(9)
  })
})

test('a folder that was removed under the program is told about', async () => {
  const cwd = await freshFolder()
  const line = 'mkdir gone; cd gone; rmdir ../gone; qw-lambda status --data-dir ../data'
  const { exitCode, stderr } = await shell(cwd, line)
  expect(stderr).toContain('This folder was removed')
  expect([stderr.includes('    at '), exitCode]).toEqual([false, 3])
})
