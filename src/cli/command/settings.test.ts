import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectWith } from './project-shape.ts'
import { changeJsonFile } from './settings-file.ts'
import { checkSettingValue, settingName } from './setting-rules.ts'
import { resolveSettings, type Settings } from './settings.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qwl-settings-'))
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true })
  writeFileSync(join(folder, '.git'), '')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function resolved(
  flags: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
  cwd = folder,
): Settings {
  const userId = process.getuid?.()
  return resolveSettings({
    flags,
    env: { XDG_CONFIG_HOME: join(folder, 'config'), ...env },
    cwd,
    userId,
  })
}

function writeProject(document: object, path = 'qw-lambda.json'): void {
  writeFileSync(join(folder, path), JSON.stringify(document))
}

describe('a setting', () => {
  test('comes from flag, variable, project file, user file, in this order', async () => {
    const seen: string[] = [resolved().all.region.origin]
    await changeJsonFile(resolved().userPath, { region: 'user-1' })
    seen.push(resolved().get('region') ?? '')
    writeProject({ region: 'eu-west-1' })
    seen.push(resolved().get('region') ?? '')
    const env = { AWS_REGION: 'env-1' }
    seen.push(resolved({}, env).get('region') ?? '')
    seen.push(resolved({ region: 'flag-1' }, env).get('region') ?? '')
    expect(seen).toEqual(['default', 'user-1', 'eu-west-1', 'env-1', 'flag-1'])
  })

  test('says which variable or file gave it', () => {
    expect(resolved({}, { AWS_DEFAULT_REGION: 'r' }).all.region).toEqual({
      value: 'r',
      origin: 'environment',
      source: 'AWS_DEFAULT_REGION',
    })
    expect(resolved({ dataDir: 'x' }).all.dataDir.source).toBe('--data-dir')
  })

  test('an empty variable is no value', () => {
    expect(resolved({}, { QWL_STACK: '' }).get('stack')).toBeUndefined()
  })
})

describe('the project file', () => {
  test('is the nearest one upward, and its folders are relative to it', () => {
    writeProject({ name: 'shop', dataDir: './stacks' })
    const settings = resolved({}, {}, join(folder, 'deep', 'er'))
    expect(settings.get('stack')).toBe('shop')
    expect(settings.dataDir).toBe(join(folder, 'stacks'))
  })

  test('is not looked for above the top of a repository', () => {
    writeProject({ name: 'shop' })
    writeFileSync(join(folder, 'deep', '.git'), '')
    const settings = resolved({}, {}, join(folder, 'deep', 'er'))
    expect(settings.get('stack')).toBeUndefined()
    expect(settings.projectPath).toBe(join(folder, 'deep', 'er', 'qw-lambda.json'))
  })

  test('of a folder further up is not used outside a repository and home: anybody may write there', () => {
    writeProject({ name: 'shop' })
    rmSync(join(folder, '.git'))
    const settings = resolved({}, {}, join(folder, 'deep', 'er'))
    expect(settings.get('stack')).toBeUndefined()
    expect(settings.projectPath).toBe(join(folder, 'deep', 'er', 'qw-lambda.json'))
  })

  test('of another user is not used', () => {
    writeProject({ name: 'shop' })
    const userId = statSync(join(folder, 'qw-lambda.json')).uid + 1
    const input = { flags: {}, env: {}, cwd: join(folder, 'deep'), userId }
    expect(resolveSettings(input).get('stack')).toBeUndefined()
  })

  test('of a folder further up is none of a command that works in its own folder', () => {
    writeProject({ name: 'shop' })
    const cwd = join(folder, 'deep')
    const settings = resolveSettings({
      flags: {},
      env: {},
      cwd,
      projectFile: 'here',
      userId: undefined,
    })
    expect(settings.get('stack')).toBeUndefined()
    expect(settings.projectPath).toBe(join(cwd, 'qw-lambda.json'))
  })

  test('that is damaged is an error, or a problem for those who collect them', () => {
    writeFileSync(join(folder, 'qw-lambda.json'), '{"name": ')
    expect(() => resolved()).toThrow(/cannot read .*qw-lambda\.json/)
    const env = { XDG_CONFIG_HOME: folder }
    const input = { flags: {}, env, cwd: folder, userId: undefined }
    expect(resolveSettings(input, 'collect').problems).toHaveLength(1)
  })
})

describe('a key or a value that means nothing', () => {
  test.each([
    [{ target: 'mars', foo: 1 }, '`foo`: unknown setting', 'mend the file'],
    [{ target: 'mars' }, '`target`: expected one of local, aws', 'mend the file'],
    [{ tarqet: 'aws' }, '`tarqet`: unknown setting', 'did you mean `target`?'],
    [{ deployment: { functons: {} } }, '`deployment.functons`', 'did you mean `functions`?'],
  ])('of the project file, %j, is refused with the nearest', (document, message, fix) => {
    writeProject(document)
    expect(resolved).toThrow(
      expect.objectContaining({
        code: 'CONFIG-FILE',
        fix,
        message: expect.stringContaining(message),
      }),
    )
  })

  test('of the user file is refused as well', async () => {
    await changeJsonFile(resolved().userPath, { regoin: 'x' })
    expect(resolved).toThrow('`regoin`: unknown setting')
  })
})

describe('a project file that a command writes', () => {
  const written = () =>
    projectWith({ settings: resolved(), version: '1.2.3' }, { name: 'shop', retention: '7d' })

  test('names its schema first', () => {
    expect(written()).toEqual({
      $schema: 'https://unpkg.com/qw-lambda@1.2.3/dist/schemas/qw-lambda.schema.json',
      name: 'shop',
      retention: '7d',
    })
  })

  test('keeps what the user put there for this stack, the schema included', () => {
    const mine = { $schema: './mine.json', costAssumptions: { queries: 5 }, index: 'orders' }
    writeProject({ ...mine, name: 'shop', retention: '1d' })
    expect(written()).toEqual({ ...mine, name: 'shop', retention: '7d' })
  })

  test('keeps nothing of another stack', () => {
    writeProject({ name: 'bank', index: 'orders' })
    expect(written()).not.toHaveProperty('index')
  })
})

test('changing a file keeps what it does not know', async () => {
  writeProject({ name: 'shop', costAssumptions: { queries: 5 } })
  await changeJsonFile(join(folder, 'qw-lambda.json'), { index: 'orders', name: undefined })
  const settings = resolved()
  expect(settings.project?.document).toEqual({ costAssumptions: { queries: 5 }, index: 'orders' })
})

describe('names and values', () => {
  test('are checked before they are kept', () => {
    expect(settingName('data-dir')).toBe('dataDir')
    expect(() => settingName('regoin')).toThrow('there is no setting `regoin`')
    for (const [name, value] of [
      ['color', 'pink'],
      ['timeout', 'soon'],
      ['tz', 'Mars/Olympus'],
    ] as const) {
      expect(() => checkSettingValue(name, value)).toThrow(value)
    }
    expect(() => checkSettingValue('timeout', 'none')).not.toThrow()
  })
})
