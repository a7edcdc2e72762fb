import { afterAll, beforeAll, expect, test } from 'vitest'
import { orders, SCHEMA } from './screen-list.ts'
import { Stage } from './stage.ts'

let stage: Stage
let broken: string

beforeAll(async () => {
  stage = new Stage()
  broken = stage.write('broken.json', '{"queries": ')
  const schema = stage.write('orders.yaml', SCHEMA)
  const init = [
    'init',
    '--target',
    'local',
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    schema,
    '-y',
  ]
  expect(await stage.play(init)).toMatchObject({ exitCode: 0 })
  expect(await stage.play(['ingest', stage.write('orders.ndjson', orders())])).toMatchObject({
    exitCode: 0,
  })
})

afterAll(() => stage.remove())

test.each([
  [2, ['serach']],
  [2, ['search', '--no-such-flag']],
  [2, ['search', 'item:[']],
  [2, ['generator']],
  [2, ['generator', 'set']],
  [2, ['generator', 'set', '--every', '5s']],
  [2, ['config', 'set', 'format', 'xml']],
  [2, ['cost-estimate', '--assume', 'nothing']],
  [2, ['cost-estimate', '--assumptions', 'broken.json']],
  [2, ['completion', 'tcsh']],
  [2, ['serve', '--port', 'x']],
  [3, ['status', '--stack', 'nosuch']],
  [4, ['serve', '--host', '0.0.0.0']],
  [6, ['index', 'describe', 'nosuch']],
  [6, ['config', 'get', 'profile']],
  [2, ['teardown', '--keep-logs', '--confirm', 'shop']],
  [11, ['teardown']],
  [11, ['teardown', '--confirm', 'other']],
  [12, ['cost-estimate', '--max', '0.01']],
  [12, ['search', 'item:melon', '--require-hits']],
] as const)('exit status %i: %j', async (exitCode, args) => {
  const argv = args.map((word) => (word === 'broken.json' ? broken : word))
  const failed = await stage.play([...argv, '--json'])
  expect(failed, failed.stderr).toMatchObject({ exitCode })
  // A check that fails has an answer all the same.
  if (exitCode === 12 || args[1] === 'get') return
  expect(failed.stdout).toBe('')
  const lines = failed.stderr.trimEnd().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: { exit: exitCode } })
})
