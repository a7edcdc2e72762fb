import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { LeafInvoker } from '../engine/search/leaf-request.ts'
import { searchLeaf } from '../engine/search/leaf.ts'
import { spreadLeaf } from '../engine/search/spread.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { transported } from '../threads/transported-error.ts'
import { type LocalStack, openLocalStack } from './local-stack.ts'
import { CrewMember } from './search-crew.ts'
import type { FromThread, ThreadSettings, ToThread } from './stack-thread.ts'
import { stackWork } from './stack-work.ts'

/** Progress is told this often: each message wakes the other thread. */
const TELL_EVERY_MS = 100

// The one who starts this thread hands over exactly this.
const { dataDir, stackName, api, cacheShare, niceness, crew } = workerData as ThreadSettings
// Linux alone takes this for a thread; elsewhere the whole process would stand back.
if (niceness !== undefined && process.platform === 'linux') setPriority(niceness)
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const tell = (message: FromThread): void => port.postMessage(message)

const host = { dataDir, cacheShare, clock: systemClock, random: systemRandom, log: () => undefined }
const stack = openLocalStack(host, stackName)
const here: LeafInvoker = {
  search: async (request, signal) => await searchLeaf(request, (await stack).search, signal),
}
const member = crew && new CrewMember(crew, here)
const opening = stack.then((opened) => stackWork(member ? sharing(opened, member) : opened, api))
// A failure is told with the first call.
opening.catch(() => undefined)
const running = new Map<number, AbortController>()

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'abort':
      return running.get(message.id)?.abort()
    case 'peer':
      return member?.join(message)
    case 'call':
      return void perform(message)
  }
})

/** Its large searches are shared with the crew. */
function sharing(opened: LocalStack, crewMember: CrewMember): LocalStack {
  const { caches } = opened.search
  const ready = crewMember.ready.bind(crewMember)
  const leaf = spreadLeaf({ here, ready, caches, log: opened.runLog.of('searcher') })
  return { ...opened, search: { ...opened.search, leaf } }
}

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
