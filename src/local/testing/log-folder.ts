import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { JsonValue } from '../../engine/bytes/json.ts'
import type { IndexingComponents } from '../../engine/indexing/components.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
} from '../../engine/indexing/testing/indexing-fixture.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import type { Clock } from '../../engine/ports.ts'
import { memoryStore } from '../../stores/memory-store.ts'

/** A folder of logs, and over memory the index `events` that takes their lines. */
export interface LogFolder {
  readonly folder: string
  /** `app.log` in the folder; not written yet. */
  readonly log: string
  readonly components: IndexingComponents
  readonly remove: () => Promise<void>
}

export async function logFolder(
  clock: Clock,
  settings: Record<string, JsonValue> = {},
): Promise<LogFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'qwl-logs-'))
  const random = countingRandom()
  const metastore = new Metastore(memoryStore(), { clock, random })
  await metastore.createIndex(testConfig(settings))
  return {
    folder,
    log: join(folder, 'app.log'),
    components: { metastore, clock, random },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What `publishedNumbers` gives once each of the first `count` test lines is there exactly once. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

/** Waits for what is published while the files are still followed. */
export async function publishedWithin(
  timeoutMs: number,
  { metastore }: IndexingComponents,
  count: number,
): Promise<void> {
  await expect
    .poll(() => publishedNumbers(metastore), { timeout: timeoutMs, interval: 100 })
    .toEqual(upTo(count))
}
