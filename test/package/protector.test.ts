import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { FakeS3 } from '../../src/aws/testing/fake-s3.ts'
import { LambdaProcess } from '../aws/lambda-process.ts'
import { finished, runCli, startCli } from '../cli-process.ts'
import { orders, SCHEMA } from '../cli/screen-list.ts'

/*
 * V8 checks every access to a typed array in a thread where an ArrayBuffer was once detached, and the
 * loops of searches take up to half as long again (docs/decisions/0063). Node says when it begins to.
 */

const FLAG = '--trace-protector-invalidation'
const LOST = 'Invalidating protector cell ArrayBufferDetaching'
const installed = join(inject('home'), 'node_modules', 'qw-lambda')
const program = join(installed, 'bin', 'qw-lambda.js')

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-protector-'))
  await writeFile(join(folder, 'orders.yaml'), SCHEMA)
  await writeFile(join(folder, 'orders.ndjson'), orders())
  const init = 'init --target local --name shop --data empty --schema orders.yaml -y'
  for (const line of [init, 'ingest orders.ndjson']) {
    const { exitCode, stderr } = await runCli(line.split(' '), options())
    expect(exitCode, stderr).toBe(0)
  }
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

function options() {
  return { program, cwd: folder, env: { QWL_DATA_DIR: join(folder, 'data') }, flags: [FLAG] }
}

test('Node says that a buffer was detached', () => {
  const detach = 'const b = new ArrayBuffer(8); structuredClone(b, { transfer: [b] })'
  expect(execFileSync(process.execPath, [FLAG, '-e', detach], { encoding: 'utf8' })).toContain(LOST)
})

test('a search from the command line detaches none', async () => {
  const { exitCode, stdout, stderr } = await runCli(['search', 'item:apple', '--json'], options())
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toContain('num_hits')
  expect(stdout + stderr).not.toContain(LOST)
})

const ELASTIC = '/api/v1/_elastic'
const DOCUMENT = '{"ts":1700000000,"item":"apple","quantity":1,"note":"one more"}\n'
const AGGREGATION = '{"size":0,"aggs":{"of":{"terms":{"field":"item"}}}}'

/** What is asked with a body is a POST. */
const ASKED: readonly (readonly [status: number, path: string, body?: string])[] = [
  [200, '/api/v1/orders/search?query=item:apple'],
  [200, '/api/v1/orders/search', '{"query":"item:apple"}'],
  [200, '/api/v1/orders/search-plan', '{"query":"item:apple"}'],
  [200, '/api/v1/orders/list-fields'],
  [200, `${ELASTIC}/orders/_search`, AGGREGATION],
  [200, `${ELASTIC}/orders/_search?pretty&filter_path=hits.total`, AGGREGATION],
  [200, `${ELASTIC}/orders/_count`, '{"query":{"match_all":{}}}'],
  [200, `${ELASTIC}/_msearch`, `{"index":"orders"}\n${AGGREGATION}\n`],
  [200, '/api/v1/orders/ingest?commit=force', DOCUMENT],
  [200, `${ELASTIC}/_bulk?refresh=true`, `{"create":{"_index":"orders"}}\n${DOCUMENT}`],
  [200, `${ELASTIC}/_cat`],
  [200, `${ELASTIC}/_cat/indices?v`],
  [200, `${ELASTIC}/_cat/indices?format=json&pretty`],
  [200, '/metrics'],
  [200, '/ui/'],
  [404, '/ui/nothing.js'],
  [404, '/api/v1/nothing'],
  [404, '/api/v1/nothing/search?query=*'],
]

test('answers over HTTP detach none, in no thread of serve', async () => {
  const serve = ['serve', '--port', '0', '--no-generator', '--log', 'none']
  const server = startCli(serve, options())
  const result = finished(server)
  const url = await new Promise<string>((resolve) => {
    server.stdout.on('data', (text: string) => {
      const [address] = /http:\S+/.exec(text) ?? []
      if (address !== undefined) resolve(address)
    })
  })
  for (const [status, path, body] of ASKED) {
    const method = body === undefined ? 'GET' : 'POST'
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, body === undefined ? {} : { method, headers, body })
    expect(answer.status, `${path}: ${await answer.text()}`).toBe(status)
  }
  const foreign = { headers: { origin: 'http://elsewhere.test', 'sec-fetch-site': 'cross-site' } }
  expect((await fetch(`${url}/api/v1/indexes`, foreign)).status).toBe(403)
  server.kill('SIGINT')
  const { stdout, stderr } = await result
  expect(stdout + stderr).not.toContain(LOST)
})

test('answers of a deployed searcher detach none', async () => {
  const s3 = await FakeS3.start()
  const index = join(folder, 'data', 'shop', 'index-bucket')
  for (const name of await filesIn(index)) {
    const put = { method: 'PUT', body: new Uint8Array(await readFile(join(index, name))) }
    expect((await fetch(`${s3.endpoint}/bucket/${name}`, put)).status).toBe(200)
  }
  const searcher = new LambdaProcess(process.execPath, {
    name: 'searcher',
    folder: await unzipped('searcher'),
    handler: 'index.handler',
    // Of more than one core.
    memoryMb: 3_008,
    timeoutMs: 30_000,
    logGroup: 'searcher',
    environment: {
      QW_LAMBDA_METASTORE_BUCKET: 'bucket',
      QW_LAMBDA_INDEX_BUCKET: 'bucket',
      AWS_ENDPOINT_URL: s3.endpoint,
    },
    flags: [FLAG],
  })
  try {
    const lines: string[] = []
    for (const event of [
      { index_id: 'orders', query: 'item:apple' },
      { httpMethod: 'POST', path: `${ELASTIC}/orders/_search`, body: AGGREGATION },
      { httpMethod: 'GET', path: `${ELASTIC}/_cat/indices` },
      { httpMethod: 'GET', path: '/ui/' },
    ]) {
      const { payload, logLines } = await searcher.invoke('r', JSON.stringify(event))
      expect(JSON.parse(payload), payload).toMatchObject({ statusCode: 200 })
      lines.push(...logLines)
    }
    expect(lines.join('\n')).not.toContain(LOST)
  } finally {
    searcher.stop()
    await s3.stop()
  }
})

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
}

async function unzipped(name: string): Promise<string> {
  const zip = await readFile(join(installed, 'dist', 'functions', `${name}.zip`))
  const place = join(folder, name)
  for (const [file, bytes] of Object.entries(unzipSync(zip))) {
    await mkdir(dirname(join(place, file)), { recursive: true })
    await writeFile(join(place, file), bytes)
  }
  return place
}
