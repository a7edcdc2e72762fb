import { readFileSync } from 'node:fs'

/**
 * Computing time on a machine with two cores that does nothing else: the least of what passed, what all
 * threads of this process had of the cores, and what this thread had of them and waited for the others.
 * None of the three is less than that, however busy the machine is; other work on the same core makes all
 * of them longer.
 */
export class Stopwatch {
  readonly #cpu = process.cpuUsage()
  readonly #wallMs = performance.now()
  readonly #threadMs = threadCpuMs()
  readonly #loop = performance.eventLoopUtilization()

  elapsedMs(): number {
    const { user, system } = process.cpuUsage(this.#cpu)
    const { idle } = performance.eventLoopUtilization(this.#loop)
    return Math.min(
      performance.now() - this.#wallMs,
      (user + system) / 1_000,
      threadCpuMs() - this.#threadMs + idle,
    )
  }
}

/** What this thread had of the cores, where Linux says; else what passed. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}
