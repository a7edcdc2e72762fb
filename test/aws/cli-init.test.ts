import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Desk } from './cli-desk.ts'
import { KEYS, Terminal } from './terminal.ts'

/** The questions of `init` for AWS in their order, with an answer to each. */
const QUESTIONS: readonly (readonly [shown: string, answer: string])[] = [
  ['Where to run', `${KEYS.down}${KEYS.enter}`],
  ['Name', `shop-typed${KEYS.enter}`],
  ['Profile', KEYS.enter],
  ['Region', KEYS.enter],
  ['First data', KEYS.enter],
  ['New sample batch every', KEYS.enter],
  ['Keep documents for', KEYS.enter],
  ['HTTP API with a key', KEYS.enter],
  ['Alert when a month costs more', KEYS.enter],
  ['Deploy shop-typed now?', KEYS.enter],
]

let desk: Desk
beforeEach(() => {
  desk = new Desk()
  delete desk.env['AWS_ACCESS_KEY_ID']
  delete desk.env['AWS_SECRET_ACCESS_KEY']
  desk.write('aws-config', '[default]\nregion = us-east-1\n[profile other]\nregion = eu-west-1\n')
  const keys = 'aws_access_key_id = test\naws_secret_access_key = test\n'
  desk.write('aws-credentials', `[default]\n${keys}[other]\n${keys}`)
})
afterEach(() => desk.remove())

function open(...args: string[]): Terminal {
  return new Terminal(['init', ...args], { cwd: desk.folder, env: desk.env })
}

/** Answers the first questions; the next one is on the screen then. */
async function answer(terminal: Terminal, count: number): Promise<void> {
  for (const [shown, keys] of QUESTIONS.slice(0, count)) {
    await terminal.see(shown)
    // The question is drawn before it listens.
    await new Promise((resolve) => setTimeout(resolve, 80))
    terminal.type(keys)
  }
}

describe('init at a terminal', () => {
  test('asks each question with the flag that answers it, and Enter takes the default', async () => {
    const terminal = open('--no-deploy')
    await answer(terminal, QUESTIONS.length - 1)
    expect(await terminal.ended).toBe(0)
    for (const flag of [
      '--target',
      '--name',
      '--profile',
      '--region',
      '--data',
      '--every',
      '--retention',
      '--api',
      '--budget',
    ]) {
      expect(terminal.screen).toContain(flag)
    }
    expect(terminal.screen).toContain('Prices of 16 Regions are known')
    expect(terminal.screen).toContain('Will create')
    expect(terminal.screen).toContain('Nothing was deployed')
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      name: 'shop-typed',
      target: 'aws',
      region: 'us-east-1',
      profile: 'default',
    })
  })

  test.each(QUESTIONS.map(([shown], position) => [shown, position] as const))(
    'Ctrl-C at "%s" changes nothing',
    async (shown, position) => {
      const terminal = open()
      await answer(terminal, position)
      await terminal.see(shown)
      await new Promise((resolve) => setTimeout(resolve, 80))
      terminal.type(KEYS.ctrlC)
      expect(await terminal.ended).toBe(130)
      expect(terminal.screen).toContain('Nothing was changed')
      expect(existsSync(desk.path('qw-lambda.json'))).toBe(false)
    },
  )

  test('wrong answers are told what will do, and asked again', async () => {
    const terminal = open(
      '--target',
      'aws',
      '--profile',
      'default',
      '--data',
      'empty',
      '--no-api',
      '--no-deploy',
    )
    await terminal.see('Name')
    terminal.type(`Not A Name${KEYS.enter}`)
    await terminal.see('lower-case letters')
    terminal.type(`${'\u007F'.repeat(12)}shop-typed${KEYS.enter}`)
    await terminal.see('Region')
    terminal.type(`Mars${KEYS.enter}`)
    await terminal.see('write a Region')
    terminal.type(`${'\u007F'.repeat(20)}eu-west-1${KEYS.enter}`)
    await terminal.see('Alert when')
    terminal.type(`lots${KEYS.enter}`)
    await terminal.see('whole number')
    terminal.type(`${'\u007F'.repeat(8)}20${KEYS.enter}`)
    await terminal.see('Who receives')
    terminal.type(`nobody${KEYS.enter}`)
    await terminal.see('e-mail')
    terminal.type(`${'\u007F'.repeat(8)}me@example.com${KEYS.enter}`)
    expect(await terminal.ended).toBe(0)
    expect(JSON.parse(desk.read('qw-lambda.json'))).toMatchObject({
      region: 'eu-west-1',
      deployment: { monthlyBudgetUsd: 20, notifyEmail: 'me@example.com', api: false },
    })
  })

  test('saying no at the end keeps the project file for a later deploy', async () => {
    const terminal = open()
    await answer(terminal, QUESTIONS.length - 1)
    await terminal.see('Deploy shop-typed now?')
    await new Promise((resolve) => setTimeout(resolve, 80))
    terminal.type(`n${KEYS.enter}`)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toContain('qw-lambda deploy')
    expect(existsSync(desk.path('qw-lambda.json'))).toBe(true)
  })
})
