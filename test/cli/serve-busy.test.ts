import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { salesBatch } from '../../src/functions/sales-batch.ts'
import { finished, runCli, startCli, type ProcessResult } from '../cli-process.ts'

/** Two bodies of some 8 MB, which is near the most that a request may bring. */
const DOCS = 100_000
const BODIES = 2
/** A server that does the work itself answers about as many as there are pauses in it: a handful. */
const ANSWERS = 100

let folder: string
let url: string
let stop: () => Promise<ProcessResult>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-busy-'))
  const where = ['--data-dir', join(folder, 'data')]
  const options = { cwd: folder, env: { HOME: folder } }
  const made = await runCli(['init', '--target', 'local', '-y', ...where], options)
  expect(made, made.stderr).toMatchObject({ exitCode: 0 })
  const args = ['serve', '--port', '0', '--no-generator', '--log', 'none', ...where]
  const server = startCli(args, options)
  const ended = finished(server)
  url = await new Promise<string>((resolve) => {
    server.stdout.once('data', (text: string) => resolve(text.trim()))
  })
  stop = () => {
    server.kill('SIGINT')
    return ended
  }
}, 60_000)

afterEach(async () => {
  expect(await stop()).toMatchObject({ exitCode: 0 })
  await rm(folder, { recursive: true, force: true })
})

async function countOf(query: string): Promise<number> {
  const path = `/api/v1/mock-sales/search?query=${encodeURIComponent(query)}&max_hits=1`
  const response = await fetch(url + path)
  expect(response.status).toBe(200)
  return ((await response.json()) as { num_hits: number }).num_hits
}

test(`searches are answered while ${DOCS} sales are indexed`, async () => {
  const before = await countOf('*')
  let isDone = false
  const sending = (async () => {
    for (let n = 0; n < BODIES; n++) {
      const body = salesBatch({ seed: n, count: DOCS / BODIES, startMs: Date.now() - DOCS })
      const response = await fetch(`${url}/api/v1/mock-sales/ingest?commit=force`, {
        method: 'POST',
        body: Buffer.from(body),
      })
      expect(await response.json()).toMatchObject({ num_ingested_docs: DOCS / BODIES })
    }
  })().finally(() => (isDone = true))
  let answers = 0
  while (!isDone) {
    expect(await countOf('*')).toBeGreaterThanOrEqual(before)
    answers++
  }
  await sending
  expect(answers).toBeGreaterThanOrEqual(ANSWERS)
  expect(await countOf('*')).toBe(before + DOCS)
}, 60_000)
