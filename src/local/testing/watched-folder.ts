import { afterEach, beforeEach } from 'vitest'
import { systemClock } from '../../stores/system-clock.ts'
import { watchFolder } from '../watch.ts'
import { logFolder, publishedWithin, type LogFolder } from './log-folder.ts'

interface WatchedFolder {
  readonly folder: string
  readonly log: string
  /** Begins to watch; returns what ends it. Whatever is not ended by then ends with the test. */
  watch(): () => Promise<void>
  /** Waits until the first `count` test lines are published, each once. */
  published(count: number): Promise<void>
}

/** Called once at the top of a test file: a folder for each test, watched on the real clock. */
export function watchedFolder(): WatchedFolder {
  let place: LogFolder
  const ends: (() => Promise<void>)[] = []
  beforeEach(async () => {
    place = await logFolder(systemClock, { commit_timeout_secs: 1 })
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
    await place.remove()
  })
  return {
    get folder() {
      return place.folder
    },
    get log() {
      return place.log
    },
    watch() {
      const stop = new AbortController()
      const running = watchFolder(
        place.components,
        { folder: place.folder, indexId: 'events', sourceId: 'files' },
        { signal: stop.signal, log: () => undefined, onCommit: () => undefined },
      )
      const end = async (): Promise<void> => {
        stop.abort()
        await running
      }
      ends.push(end)
      return end
    },
    published: (count) => publishedWithin(25_000, place.components, count),
  }
}
