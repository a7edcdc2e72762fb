import { expect, test, vi } from 'vitest'
import { failedLeaf, type LeafRequest } from '../engine/search/leaf-request.ts'
import { LeafWorkers } from './leaf-workers.ts'

const REQUEST = { indexId: 'events', splits: [] } as unknown as LeafRequest // no test looks inside

/** A thread starts when the machine has a core for it. */
const PATIENCE = { timeout: 20_000 }

/** What a worker's module does, in short. */
const ANSWERING = `
  import { parentPort, workerData } from 'node:worker_threads'
  parentPort.postMessage('up')
  const answer = ${JSON.stringify(failedLeaf([]))}
  workerData.on('message', ({ kind, id, state }) => {
    if (kind !== 'search' || Atomics.compareExchange(state, 0, 0, 1) !== 0) return
    workerData.postMessage({ kind: 'found', id, answer })
  })`

function workersOf(source: string) {
  const lines: unknown[] = []
  const file = new URL(`data:text/javascript,${encodeURIComponent(source)}`)
  const workers = new LeafWorkers({ file, count: 2, log: (fields) => lines.push(fields) })
  return { workers, lines }
}

test('are started by the first search, and asked by it where its work is worth their start', async () => {
  const { workers, lines } = workersOf(ANSWERING)
  expect(workers.ready(10)).toEqual([undefined])
  const [here, ...others] = workers.ready(100)
  expect(here).toBeUndefined()
  await vi.waitFor(() => expect(workers.ready(10).slice(1)).toEqual(others), PATIENCE)
  const answers = others.map(async (thread) => await thread?.hand(REQUEST, undefined).answer)
  expect(await Promise.all(answers)).toEqual([failedLeaf([]), failedLeaf([])])
  expect(lines).toEqual([])
}, 30_000)

test('that end are not asked again, and the log says why', async () => {
  const { workers, lines } = workersOf(`throw new Error('no room')`)
  const [, thread] = workers.ready(100)
  await expect(thread?.hand(REQUEST, undefined).answer).rejects.toThrow(
    'the thread that was asked ended',
  )
  await vi.waitFor(() => expect(workers.ready(100)).toEqual([undefined]), PATIENCE)
  await vi.waitFor(() => expect(lines).toHaveLength(2), PATIENCE)
  expect(lines[0]).toEqual({ event: 'leaf_thread_ended', error: 'no room' })
}, 30_000)
