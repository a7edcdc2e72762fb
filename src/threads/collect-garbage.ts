import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Frees what this thread holds no longer, at once. Shared memory counts for nothing when V8 weighs whether to
 * collect, so that a thread whose heap is small keeps hundreds of megabytes for seconds.
 */
export function collectGarbage(): void {
  collect ??= exposedCollector()
  collect()
}

/** V8 has it in contexts made while the flag is set. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as () => void
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
