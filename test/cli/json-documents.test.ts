import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/program/command-line.ts'
import { systemClock } from '../../src/stores/system-clock.ts'

/*
 * docs/JSON.md is the list of what scripts may read, and its examples are what commands print: each
 * section with a command is run here in the order of the page, and what comes out has the keys and the
 * kinds of values of the example.
 */

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'JSON.md'), 'utf8')

interface Section {
  readonly schema: string
  readonly command: string | undefined
  readonly example: unknown
}

const sections = page
  .split(/^### /m)
  .slice(1)
  .map((text): Section => {
    const block = (language: string) =>
      new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(text)?.[1]
    return {
      schema: text.split('\n')[0] ?? '',
      command: block('sh'),
      example: JSON.parse(block('json') ?? 'null'),
    }
  })

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'qwl-json-'))
  const visit = (second: number) =>
    `{"at":"2026-11-02T09:00:0${second}Z","page":"/home","ms":${1 + second * 339}}\n`
  writeFileSync(join(folder, '.git'), '')
  writeFileSync(join(folder, 'visits.ndjson'), `${visit(0)}${visit(1)}not json\n`)
  writeFileSync(join(folder, 'more.ndjson'), visit(2))
  writeFileSync(join(folder, 'orders.yaml'), 'index_id: orders\ndoc_mapping: {}\n')
  // Files are named relative to where the program runs.
  process.chdir(folder)
})
afterAll(() => {
  process.chdir(root)
  rmSync(folder, { recursive: true, force: true })
})

interface Run {
  /** What was written to standard output so far. */
  readonly stdout: PassThrough
  readonly stderr: PassThrough
  readonly ended: Promise<number>
}

/** The whole program in this process, as a pipe sees it. */
function start(argv: readonly string[], signal: AbortSignal): Run {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const host = {
    // Streams of a process that has no terminal: all that the program asks of them.
    stdin: Object.assign(new PassThrough().end(), { isTTY: false }) as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: { XDG_CONFIG_HOME: join(folder, '.config'), XDG_DATA_HOME: join(folder, '.data') },
    cwd: folder,
    clock: systemClock,
  }
  const interruption = {
    signal,
    limitTime: () => undefined,
    exitCode: () => 130 as const,
    abandoned: new Promise<never>(() => undefined),
  }
  const ended = runCommandLine({ host, argv, version: '0.0.0', interruption })
  return { stdout, stderr, ended }
}

/** `ms:>100` may stand in quotes, as for a shell. */
const words = (command: string) =>
  [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word).slice(1)

/** Keys whose objects are the user's or the event's: what is in them differs from case to case. */
const OPEN = new Set(['config', 'fields', 'hits', 'search'])

/** An object by its keys, a list by its first entry, anything else by its type; null may be anything. */
function expectSameShape(actual: unknown, example: unknown, path: string): void {
  if (actual === null || example === null) return
  expect(kindOf(actual), path).toBe(kindOf(example))
  if (Array.isArray(actual) && Array.isArray(example)) {
    if (actual.length > 0 && example.length > 0) expectSameShape(actual[0], example[0], `${path}[]`)
  } else if (kindOf(actual) === 'object') {
    const [found, shown] = [actual, example] as Record<string, unknown>[]
    expect(Object.keys(found ?? {}), path).toEqual(Object.keys(shown ?? {}))
    for (const [key, value] of Object.entries(found ?? {})) {
      if (!OPEN.has(key)) expectSameShape(value, shown?.[key], `${path}.${key}`)
    }
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value
}

describe('what commands print with --json is what docs/JSON.md shows', () => {
  const serving = new AbortController()
  let server: Run | undefined

  async function stopServer(): Promise<void> {
    serving.abort(new Error('stop'))
    await server?.ended
  }
  afterAll(stopServer)

  const run = sections.filter(({ command }) => command !== undefined)

  test.each(run)('$command', async ({ command = '', example, schema }) => {
    const args = words(command)
    let text
    if (args[0] === 'serve') {
      server = start([...args, '--port', '0'], serving.signal)
      text = String((await once(server.stdout, 'data'))[0])
    } else {
      // A stack that is served is not removed.
      if (args[0] === 'teardown') await stopServer()
      const { stdout, stderr, ended } = start(args, new AbortController().signal)
      await ended
      text = String(stdout.read() ?? '')
      expect(text, String(stderr.read() ?? '')).not.toBe('')
    }
    const actual = JSON.parse(text) as { schema: string }
    expect(actual.schema).toBe(schema)
    expectSameShape(actual, example, schema)
  })
})

describe('docs/JSON.md', () => {
  const sources = execFileSync('git', ['ls-files', 'src'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(root, path), 'utf8'))

  test('lists every document that the code names, once', () => {
    const named = sources.flatMap((text) => text.match(/qw-lambda\/[a-z-]+\/\d+/g) ?? [])
    expect(sections.map(({ schema }) => schema).toSorted()).toEqual([...new Set(named)].toSorted())
  })

  test('shows of each the name and only keys in snake_case', () => {
    for (const { schema, example } of sections) {
      expect(example, schema).toMatchObject({ schema })
      // Settings are called as in their file, and the stack's file is the program's own.
      if (schema === 'qw-lambda/config/1' || schema === 'qw-lambda/local-stack/1') continue
      JSON.stringify(example, (key: string, value: unknown) => {
        expect(key, schema).toMatch(/^[a-z0-9_]*$/)
        return value
      })
    }
  })

  test('shows of documents that need AWS no key that the code does not write', () => {
    for (const { schema, example, command } of sections) {
      if (command !== undefined) continue
      const writer = sources.find((text) => text.includes(schema)) ?? ''
      JSON.stringify(example, (key: string, value: unknown) => {
        expect(key === '' || /^\d+$/.test(key) || writer.includes(key), `${schema} ${key}`).toBe(
          true,
        )
        return value
      })
    }
  })
})
