// A worker thread that indexes files of this machine into a local stack, one at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, QwError } from '../engine/errors.ts'
import { indexSource } from '../engine/indexing/pipeline.ts'
import { parseSourceFormat } from '../engine/schema/source-format.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { fileSource } from './file-source.ts'
import type { FromWorker, IndexFileJob, ToWorker, WorkerPlace } from './indexing-pool.ts'
import { openLocalStack } from './local-stack.ts'

/** Progress is told this often: each message wakes the other thread. */
const TELL_EVERY_MS = 100

// The one who starts this thread hands over exactly this.
const { dataDir, stackName } = workerData as WorkerPlace
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const tell = (message: FromWorker): void => port.postMessage(message)

const host = { dataDir, clock: systemClock, random: systemRandom, log: () => undefined }
const opening = openLocalStack(host, stackName)
// A failure is told with the first job.
opening.catch(() => undefined)
let stopping = new AbortController()

port.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') stopping.abort()
  else void run(message.job)
})

async function run(job: IndexFileJob): Promise<void> {
  stopping = new AbortController()
  const { signal } = stopping
  let toldMs = 0
  try {
    const { indexing } = await opening
    const source = await fileSource(job.path, signal)
    const { path: _, format, maxRejects, ...request } = job
    const result = await indexSource(indexing, {
      ...request,
      source: format === undefined ? source : { ...source, format: parseSourceFormat(format) },
      ...(maxRejects === undefined ? {} : { maxRejects }),
      signal,
      onProgress(progress) {
        const nowMs = systemClock.nowMs()
        if (nowMs - toldMs < TELL_EVERY_MS) return
        toldMs = nowMs
        tell({ kind: 'progress', progress })
      },
    })
    tell({ kind: 'done', result })
  } catch (error) {
    const known =
      error instanceof QwError ? error : new QwError('internal', messageOf(error), { cause: error })
    const { kind, message, code, why, fix } = known
    tell({ kind: 'failed', error: { kind, message, code, why, fix } })
  }
}
