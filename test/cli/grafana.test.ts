import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  grafanaCheckCommand,
  grafanaProvisionCommand,
} from '../../src/cli/grafana/grafana-command.ts'
import { grafanaFiles } from '../../src/cli/grafana/grafana-files.ts'
import { ingestCommand } from '../../src/cli/ingest/ingest-command.ts'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { Workplace } from './in-process.ts'

let place: Workplace

beforeAll(async () => {
  place = await Workplace.make()
  const lines = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({
      ts: new Date(Date.now() - i * 60_000).toISOString(),
      level: i % 4 === 0 ? 'error' : 'info',
      host: `web-${i % 3}`,
      message: `request ${i} took a while`,
    }),
  )
  const path = await place.write('app.ndjson', lines.join('\n'))
  await place.run(initCommand, { options: { name: 'shop', data: 'empty' } })
  await place.run(ingestCommand, { args: [path], options: { create: true } })
})
afterAll(() => place.remove())

const LINUX = process.platform === 'linux'

test('the files fit the fields of the index, and point to this machine as a container sees it', async () => {
  const out = join(place.folder, 'ops')
  const run = await place.run(grafanaProvisionCommand, { options: { out } })
  expect(run, run.error?.message ?? '').toMatchObject({ exitCode: 0 })
  const read = (path: string) => readFile(join(out, path), 'utf8')
  const sources = parse(await read('provisioning/datasources/qw-lambda.yaml'))
  const host = LINUX ? '127.0.0.1' : 'host.docker.internal'
  expect(sources.datasources).toMatchObject([
    {
      type: 'quickwit-quickwit-datasource',
      url: `http://${host}:7280/api/v1`,
      jsonData: { index: 'app', logMessageField: 'message', logLevelField: 'level' },
    },
    {
      type: 'elasticsearch',
      url: `http://${host}:7280/api/v1/_elastic`,
      jsonData: { index: 'app', timeField: 'ts' },
    },
  ])
  const dashboard = JSON.parse(await read('dashboards/qw-lambda.json'))
  const titles = dashboard.panels.map(({ title }: { title: string }) => title)
  expect(titles).toEqual(['Documents by level', 'Top host', 'Lines'])
  const compose = parse(await read('compose.yaml')).services.grafana
  expect(compose.network_mode).toBe(LINUX ? 'host' : undefined)
  const mounted = compose.volumes.map((volume: string) => volume.split(':')[0])
  expect(mounted).toEqual(['./provisioning', './dashboards'])
})

test('files that are there stay, unless they may be replaced', async () => {
  const out = join(place.folder, 'twice')
  await place.run(grafanaProvisionCommand, { options: { out } })
  const again = await place.run(grafanaProvisionCommand, { options: { out } })
  expect([again.exitCode, again.error?.fix]).toEqual([2, expect.stringContaining('--force')])
  const forced = await place.run(grafanaProvisionCommand, { options: { out, force: true } })
  expect(forced.exitCode).toBe(0)
})

test('the key of a deployment stands in no file, only the variable that holds it', () => {
  const files = grafanaFiles({
    index: 'app',
    endpoint: 'https://abc.execute-api.eu-central-1.amazonaws.com/prod',
    needsKey: true,
    sharesNetwork: true,
    timestampField: 'ts',
    messageField: undefined,
    levelField: undefined,
    termFields: [],
  })
  const [source] = parse(files.get('provisioning/datasources/qw-lambda.yaml') ?? '').datasources
  expect(source).toMatchObject({
    url: 'https://abc.execute-api.eu-central-1.amazonaws.com/prod/api/v1',
    jsonData: { httpHeaderName1: 'x-api-key' },
    secureJsonData: { httpHeaderValue1: '$QWL_API_KEY' },
  })
  const compose = parse(files.get('compose.yaml') ?? '').services.grafana
  expect(compose.environment.QWL_API_KEY).toBe('${QWL_API_KEY:?export it first}')
  expect(compose.ports).toEqual(['127.0.0.1:3000:3000'])
})

test('every call that the data source makes is made, and what it finds is shown', async () => {
  const run = await place.run(grafanaCheckCommand, { json: true })
  const { calls } = JSON.parse(run.stdout)
  expect(run.exitCode).toBe(0)
  expect(calls.map(({ what, ok, found }: Record<string, unknown>) => [what, ok, found])).toEqual([
    ['save and test', true, '1 index'],
    ['fields in the editor', true, expect.stringMatching(/^\d+ fields$/)],
    ['documents over time', true, expect.stringMatching(/^2[45] buckets$/)],
    ['by level', true, '2 buckets'],
    ['log lines', true, '40 lines of the last day'],
    ['values of a filter', true, '40 documents'],
  ])
})

test('an index without a time is refused with what to do', async () => {
  const path = await place.write('plain.ndjson', '{"a":1}\n{"a":2}')
  await place.run(ingestCommand, { args: [path], options: { create: true } })
  const run = await place.run(grafanaCheckCommand, { options: { index: 'plain' } })
  expect(run.error?.message).toBe('`plain` has no time, which Grafana needs')
})
