import type { LocalStack } from './local-stack.ts'
import { type StackPlace, StackThread } from './stack-thread.ts'
import { type StackWork, stackWork } from './stack-work.ts'

/** Who works for a server while it answers. */
export interface ServeWork {
  /** What somebody waits for: checking and committing documents that were sent. */
  readonly requests: StackWork
  /** What nobody waits for: sample data, watched folders, merges. */
  readonly background: StackWork
  /** Starts the thread of requests before the first one. */
  start(): void
  close(): Promise<void>
}

/** A thread for each, started when there is something to do; this thread where none can be started. */
export function serveWork(stack: LocalStack, place: StackPlace): ServeWork {
  const requests = StackThread.open({ ...place, niceness: 3 })
  const background = StackThread.open({ ...place, niceness: 6 })
  if (requests === undefined || background === undefined) {
    const here = stackWork(stack)
    const nothing = (): void => undefined
    return { requests: here, background: here, start: nothing, close: () => Promise.resolve() }
  }
  return {
    requests: {
      ...requests.work,
      erase: (indexId) => background.work.erase(indexId),
      askUpkeep: (indexId) => background.work.askUpkeep(indexId),
      stopUpkeep: () => background.work.stopUpkeep(),
    },
    background: background.work,
    start: () => requests.start(),
    async close() {
      await Promise.all([requests.close(), background.close()])
    },
  }
}
