import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { openLocalStack } from './local-stack.ts'
import { transported } from '../threads/transported-error.ts'
import type { FromThread, ThreadSettings, ToThread } from './stack-thread.ts'
import { stackWork } from './stack-work.ts'

/** Progress is told this often: each message wakes the other thread. */
const TELL_EVERY_MS = 100

// The one who starts this thread hands over exactly this.
const { dataDir, stackName, api, cacheShare, niceness } = workerData as ThreadSettings
// Linux alone takes this for a thread; elsewhere the whole process would stand back.
if (niceness !== undefined && process.platform === 'linux') setPriority(niceness)
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const tell = (message: FromThread): void => port.postMessage(message)

const host = { dataDir, cacheShare, clock: systemClock, random: systemRandom, log: () => undefined }
const opening = openLocalStack(host, stackName).then((stack) => stackWork(stack, api))
// A failure is told with the first call.
opening.catch(() => undefined)
const running = new Map<number, AbortController>()

port.on('message', (message: ToThread) => {
  if (message.kind === 'abort') running.get(message.id)?.abort()
  else void perform(message)
})

async function perform({ id, name, task }: ToThread & { kind: 'call' }): Promise<void> {
  const stop = new AbortController()
  running.set(id, stop)
  let toldMs = 0
  const hooks = {
    signal: stop.signal,
    onProgress(progress: (FromThread & { kind: 'progress' })['progress']) {
      const nowMs = systemClock.nowMs()
      // What was published can be searched: somebody may wait for that.
      if (nowMs - toldMs < TELL_EVERY_MS && progress.phase !== 'publishing') return
      toldMs = nowMs
      tell({ kind: 'progress', id, progress })
    },
  }
  try {
    const work = await opening
    // Both sides of a call are typed by `StackThread.work`; in between it is a message.
    const method = work[name] as (task: unknown, hooks: unknown) => Promise<unknown>
    tell({ kind: 'done', id, answer: await method(task, hooks) })
  } catch (error) {
    tell({ kind: 'failed', id, error: transported(error) })
  } finally {
    running.delete(id)
  }
}
