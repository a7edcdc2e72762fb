import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GLOBAL_OPTIONS } from './global-options.ts'
import { findCommand } from './find-command.ts'
import { COMMANDS } from './registry.ts'

/*
 * What the sources tell people to type: a flag that was renamed, or a command that went, would stay in a
 * text that only a failure prints.
 */

const root = join(import.meta.dirname, '..', '..')
const lines = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|testing/.test(path))
  .flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
      .map((text) => ({ path, text })),
  )

async function flagsOf(words: readonly string[]): Promise<Set<string>> {
  const command = await findCommand(words)?.load()
  const specs = [...Object.values(command?.options ?? {}), ...Object.values(GLOBAL_OPTIONS)]
  const flags = specs.flatMap(({ flags }) => flags.match(/--?[a-zA-Z][a-z-]*/g) ?? [])
  return new Set([...flags, '--help', '-h', '--no-color'])
}

/** A command and its flags: up to where quotes, pipes or prose end it. */
const COMMAND = /qw-lambda ((?:[a-z][a-z-]*)(?: [^`'"|;()#\\,]*)?)/g

test('every command that a text names takes the flags that it is shown with', async () => {
  const wrong: string[] = []
  const firstWords = new Set(COMMANDS.flatMap(({ words, aliases = [] }) => [words[0], ...aliases]))
  let checked = 0
  for (const { path, text } of lines) {
    for (const [, line = ''] of text.matchAll(COMMAND)) {
      const [command = ''] = line.split(/\s{2,}/)
      const words = command.split(' ')
      if (!firstWords.has(words[0])) continue
      checked++
      const known = await flagsOf(words.filter((word) => !word.startsWith('-')))
      // Prose goes on behind some: `or --region` speaks of the command before.
      const flags = command.match(/(?<=\s)--?[a-zA-Z][a-z-]*/g) ?? []
      for (const flag of flags) {
        if (!known.has(flag)) wrong.push(`${path}: qw-lambda ${command}: ${flag}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(checked).toBeGreaterThan(150)
})

test('every flag that a fix or a reason names exists', async () => {
  const known = new Set<string>()
  for (const { words } of COMMANDS) for (const flag of await flagsOf(words)) known.add(flag)
  const wrong = lines
    .filter(({ text }) => /\b(?:fix|why):|QwError\(/.test(text))
    .flatMap(({ path, text }) =>
      (text.replace(/\baws [a-z0-9]+ .*/, '').match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [])
        .filter((flag) => !known.has(flag))
        .map((flag) => `${path}: ${flag}`),
    )
  expect(wrong).toEqual([])
})
