import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { findCommand } from '../../src/cli/program/find-command.ts'
import { COMMANDS } from '../../src/cli/program/registry.ts'
import { runCli } from '../cli-process.ts'
import { orders, SCHEMA } from '../cli/screen-list.ts'
import { onTerminal } from '../cli/terminal.ts'

/*
 * Every command of the installed package, on a terminal and with --json: what is loaded only when it is
 * asked for (a table, a YAML writer, an SDK) is missing or broken in a bundle alone. A command without a
 * line here fails the last test.
 */

const program = join(inject('home'), 'node_modules', 'qw-lambda', 'bin', 'qw-lambda.js')

/** In this order, since a command needs what those before it made; 0 unless it says so. */
const LOCAL = (
  [
    [''],
    ['welcome'],
    ['help'],
    ['help query'],
    ['version'],
    ['bug-report'],
    ['completion bash'],
    ['init --target local --name shop --data empty --schema orders.yaml -y'],
    ['ingest orders.ndjson'],
    ['ingest orders.ndjson --dry-run'],
    ['ingest status'],
    ['ingest cancel 01KAYV', 2],
    ['ingest failures'],
    ['ingest retry --all'],
    ['status'],
    ['list'],
    ['use shop'],
    ['search item:apple'],
    ['search item:apple --wrap'],
    ['search item:apple --snippet note'],
    ['search --histogram 10m --by item:2'],
    ['search --terms item'],
    ['search --stats quantity'],
    ['search --percentiles quantity'],
    ['search --aggs {"q":{"avg":{"field":"quantity"}}}'],
    ['search --count'],
    ['search --all -n 30 -y --format ndjson'],
    ['search item:apple --print curl'],
    ['tail --max-duration 1s --every 500ms --format ndjson'],
    ['fields'],
    ['index list'],
    ['index describe'],
    ['index describe --mapping'],
    ['index fields'],
    ['index splits'],
    ['index splits --draw'],
    ['index split 0 --files'],
    ['index checkpoints'],
    ['index merge --dry-run'],
    ['index gc'],
    ['index infer orders.ndjson'],
    ['index create -f other.yaml'],
    ['index export orders item:apple --to apples.csv --force'],
    ['index update -f other.yaml'],
    ['index snapshot create monday'],
    ['index snapshot list'],
    ['index snapshot describe monday'],
    ['delete-docs item:apple --dry-run'],
    ['index restore monday --confirm orders'],
    ['index reindex orders --into again --create'],
    ['index copy orders --to-local shop --as copied'],
    ['index snapshot delete monday --confirm monday'],
    ['index delete copied --confirm copied'],
    ['index clear other --confirm other'],
    ['index delete other --confirm other'],
    ['generator status'],
    ['generator pause'],
    ['generator resume'],
    ['generator set --docs 10'],
    ['generator run'],
    ['serve --port 0 --timeout 2s'],
    ['grafana provision --out ops --force'],
    ['grafana check'],
    ['mcp --timeout 2s'],
    ['open --print', 9],
    ['logs'],
    ['logs --errors'],
    ['logs --reports'],
    ['doctor'],
    ['cost-estimate'],
    ['cost --explain'],
    ['config list'],
    ['config set tz utc'],
    ['config get tz'],
    ['config unset tz'],
    ['config path'],
    ['complete stacks'],
    ['teardown --dry-run'],
    ['teardown --confirm shop'],
  ] as readonly (readonly [commandLine: string, exit?: number])[]
).map(([line, exit = 0]): [string, number] => [line, exit])

/** As far as AWS lets them without a permission. */
const IN_AWS: readonly string[] = [
  'init --target aws --name cloud --data empty -y',
  'deploy -y',
  'update -y',
  'diff',
  'status',
  'list',
  'search --via lambda',
  'search --via direct',
  'ingest orders.ndjson',
  'ingest status',
  'index list',
  'generator run',
  'generator status',
  'logs',
  'doctor',
  'cost --actual',
  'open api --print',
  'serve',
  'api-key show',
  'api-key rotate -y',
  'teardown --confirm cloud',
]

let folder: string
let closedDoor: Server
let cloud: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-tour-'))
  await writeFile(join(folder, '.git'), '')
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  const deployment = { name: 'cloud', target: 'aws', region: 'us-east-1' }
  await writeFile(join(folder, 'cloud.json'), JSON.stringify(deployment))
  await writeFile(join(folder, 'other.yaml'), SCHEMA.replace('orders', 'other'))
  await writeFile(join(folder, 'orders.ndjson'), orders())
  closedDoor = createServer(refuse).listen(0, '127.0.0.1')
  await new Promise((done) => closedDoor.once('listening', done))
  cloud = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(closedDoor.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_REGION: 'us-east-1',
    QWL_CONFIG: join(folder, 'cloud.json'),
  }
})

/** AWS for somebody without a single permission, in the two languages that its services speak. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  const speaksJson = String(request.headers['content-type']).includes('json')
  response.writeHead(403, { 'content-type': speaksJson ? 'application/json' : 'text/xml' })
  const xml = '<Code>AccessDenied</Code><Message>not authorized to do this</Message>'
  response.end(
    speaksJson
      ? '{"__type":"AccessDeniedException","message":"not authorized to do this"}'
      : `<ErrorResponse><Error>${xml}</Error></ErrorResponse>`,
  )
}

afterAll(async () => {
  closedDoor.close()
  await rm(folder, { recursive: true, force: true })
})

/** A data folder for each way to read, so that both see the same from the first line to the last. */
function desk(name: string, extra: Readonly<Record<string, string>> = {}) {
  const env = {
    XDG_CONFIG_HOME: join(folder, name, 'config'),
    XDG_DATA_HOME: join(folder, name, 'data'),
    XDG_STATE_HOME: join(folder, name, 'state'),
    QWL_CONFIG: join(folder, name, 'qw-lambda.json'),
    QWL_NO_INPUT: '1',
    ...extra,
  }
  return { program, cwd: folder, env }
}

const words = (commandLine: string): string[] => commandLine.split(' ').filter(Boolean)

/** A fault of ours, by what is said of one: never the answer to anything in this tour. */
const FAULT = /unexpected fault|mistake in qw-lambda|\n {4}at |Cannot find (module|package)/

describe('the installed package', () => {
  test.each(LOCAL)('%s on a terminal', async (line, exit) => {
    const { text, exit: actual } = await onTerminal(words(line), desk('terminal'))
    expect(text).not.toMatch(FAULT)
    expect(actual, text).toBe(exit)
  })

  test.each(LOCAL)('%s --json', async (line, exit) => {
    const format = line.includes('--format') ? [] : ['--json']
    const { exitCode, stdout, stderr } = await runCli([...words(line), ...format], desk('json'))
    expect(stderr).not.toMatch(FAULT)
    expect(exitCode, stderr).toBe(exit)
    for (const document of [...stdout.split('\n'), ...stderr.split('\n')]) {
      if (document.startsWith('{')) JSON.parse(document)
    }
  })

  test.each(IN_AWS)('%s, where nothing is allowed, says what is not', async (line) => {
    const [human, json] = await Promise.all([
      onTerminal(words(line), desk('cloud', cloud)),
      runCli([...words(line), '--json'], desk('cloud', cloud)),
    ])
    expect(human.text + json.stderr).not.toMatch(FAULT)
    expect(human.text).toMatch(/allow|permission|authorized/)
    expect(human.exit, human.text).toBe(json.exitCode)
  })

  test('the policy to ask for is printed for somebody who has no permission', async () => {
    const asked = await runCli(['deploy', '--print-policy'], desk('cloud', cloud))
    expect(asked.exitCode, asked.stderr).toBe(0)
    const printed: unknown = JSON.parse(asked.stdout)
    expect(JSON.stringify(printed)).toContain(':us-east-1:*:')
    expect(asked.stderr).toContain('These are 2 policies: IAM takes 6,144 characters in one.')
    expect(printed).toHaveLength(2)
    for (const policy of printed as readonly unknown[]) {
      expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144)
    }
  })

  test('each command and each alias has a line above, and each explains itself', async () => {
    const lines = [...LOCAL.map(([line]) => line), ...IN_AWS].map(words)
    const walked = new Set(lines.map(findCommand))
    const forgotten = COMMANDS.filter((entry) => !walked.has(entry))
    expect(forgotten.map((entry) => entry.words.join(' '))).toEqual([])
    for (const entry of COMMANDS) {
      const { stdout, exitCode } = await runCli([...entry.words, '--help'], desk('help'))
      expect([exitCode, stdout], entry.words.join(' ')).toEqual([
        0,
        expect.stringContaining('Usage:'),
      ])
    }
  }, 120_000)
})
