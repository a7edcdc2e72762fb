import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FUNCTION_SETTINGS } from '../src/deploy/deployment-config.ts'
import { template, TEXT } from './templates/template-facts.ts'

const root = join(import.meta.dirname, '..')

/** The sources of a room, without its tests. */
function sourcesOf(room: string): { path: string; text: string }[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.ts$/.test(path) && !path.includes('testing'))
    .map((path) => ({
      path: `${room}/${path}`,
      text: readFileSync(join(root, room, path), 'utf8'),
    }))
}

const functions = sourcesOf('src/functions')
  .map(({ text }) => text)
  .join('\n')

/** Variables that the template gives to its functions. */
const given = new Set(
  Object.values(template.Resources).flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::Lambda::Function') return []
    const environment = Properties?.['Environment'] as { Variables: Record<string, unknown> }
    return Object.keys(environment.Variables)
  }),
)

test('every variable that a function is given is read by one', () => {
  expect(given.size).toBeGreaterThan(10)
  expect([...given].filter((name) => !functions.includes(`'${name}'`))).toEqual([])
})

/** Of Quickwit's removed Lambda packaging: for functions that somebody deploys by other means. */
const FOR_OTHER_TEMPLATES = ['QW_LAMBDA_INDEX_PREFIX', 'QW_LAMBDA_METASTORE_PREFIX']

test('every variable that a function reads is given by the template, or for templates of others', () => {
  const read = [...functions.matchAll(/'(QW_LAMBDA_[A-Z_]+)'/g)].map(([, name = '']) => name)
  const others = [...new Set(read)].filter((name) => !given.has(name))
  expect(others.toSorted()).toEqual(FOR_OTHER_TEMPLATES)
})

test('every setting of the functions is a parameter with a meaning, and no other is called so', () => {
  for (const [name, { parameter, about }] of Object.entries(FUNCTION_SETTINGS)) {
    expect(given).toContain(name)
    expect(Object.keys(template.Parameters)).toContain(parameter)
    expect(about).not.toBe('')
    expect(about).not.toMatch(/without effect/i)
  }
  const [, listed = ''] =
    /Settings of the functions\}\n\s+Parameters: \[([^\]]+)\]/.exec(TEXT) ?? []
  const parameters = Object.values(FUNCTION_SETTINGS).map(({ parameter }) => parameter)
  expect(listed.split(', ').toSorted()).toEqual(parameters.toSorted())
})

test('every variable of the command line that is read is documented, and every other way round', () => {
  const sources = sourcesOf('src/cli')
  const isHelp = (path: string): boolean => /cli\/program\/help\/|global-options/.test(path)
  const namesIn = (pattern: RegExp, texts: readonly string[]): string[] => [
    ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([name]) => name))),
  ]
  const help = sources.filter(({ path }) => isHelp(path)).map(({ text }) => text)
  const settings = sources.filter(({ path }) => path.endsWith('command/settings.ts'))
  // `help environment` lists every setting of that file by itself.
  const told = namesIn(/QWL_[A-Z_]*[A-Z]/g, [...help, ...settings.map(({ text }) => text)])
  const code = sources.filter(({ path }) => !isHelp(path)).map(({ text }) => text)
  const read = namesIn(/(?<=env\['|\['|, ')QWL_[A-Z_]*[A-Z](?=')/g, code)
  expect(read.length).toBeGreaterThan(12)
  expect(read.filter((name) => !told.includes(name))).toEqual([])
  expect(told.filter((name) => !read.includes(name))).toEqual([])
})
