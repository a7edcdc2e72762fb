import { messageOf } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { deleteStray } from '../engine/indexing/stray-objects.ts'
import { indexesDue } from '../engine/indexing/upkeep.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'

interface RoundSettings {
  readonly signal: AbortSignal
  readonly log: InvocationLog
  /** Has the upkeep of this index done when its turn comes. */
  readonly ask: (indexId: string) => void
}

/** So that nothing of it falls into the start, which somebody waits for. */
const FIRST_AFTER_MS = 60_000
/** As the schedule of a deployment. */
const ROUND_EVERY_MS = 3_600_000
const STRAY_EVERY_MS = 24 * ROUND_EVERY_MS

/** Asks for the upkeep of every index that needs it, also of those that nobody sends documents to: their
 *  retention goes on. Until aborted. */
export async function runUpkeepRounds(
  indexing: IndexingComponents,
  { signal, log, ask }: RoundSettings,
): Promise<void> {
  const { clock } = indexing
  let strayMs = -Infinity
  for (let pauseMs = FIRST_AFTER_MS; ; pauseMs = ROUND_EVERY_MS) {
    await clock.sleep(pauseMs, signal).catch(() => undefined)
    if (signal.aborted) return
    try {
      const due = await indexesDue(indexing, { merges: true, janitor: true }, { signal })
      due.forEach(ask)
      if (clock.nowMs() - strayMs < STRAY_EVERY_MS) continue
      strayMs = clock.nowMs()
      await deleteStray(indexing, { signal })
    } catch (error) {
      if (!signal.aborted) log({ event: 'maintenance-failed', error: messageOf(error) })
    }
  }
}
