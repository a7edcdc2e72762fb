import { memoryStore } from '../../../stores/memory-store.ts'
import type { InstantClock } from '../../../stores/testing/instant-clock.ts'
import { Metastore } from '../../metastore/metastore.ts'
import type { ObjectStore } from '../../ports.ts'
import { objectSource, type Source } from '../../sources/source.ts'
import type { IndexingComponents } from '../components.ts'
import { countingRandom, testConfig } from './indexing-fixture.ts'

export const DOCS = 50
/** Five splits per file, and a merge as soon as three splits are there. */
export const CONFIG = testConfig({
  split_num_docs_target: 10,
  merge_policy: {
    type: 'stable_log',
    merge_factor: 3,
    max_merge_factor: 3,
    min_level_num_docs: 100,
  },
})
/** As above, but small enough splits that the merge policy takes them. */
export const MERGING_CONFIG = testConfig({
  split_num_docs_target: 1_000,
  merge_policy: {
    type: 'stable_log',
    merge_factor: 3,
    max_merge_factor: 3,
    min_level_num_docs: 1_000,
  },
})

export const allNumbers = Array.from({ length: DOCS }, (_, n) => n)

let seed = 0

/** A process of its own over a store that processes share. */
export function processOver(store: ObjectStore, clock: InstantClock): IndexingComponents {
  const random = countingRandom(++seed * 7919)
  return { metastore: new Metastore(store, { clock, random }), clock, random }
}

export async function staged(text: string, key = 'a.ndjson'): Promise<Source> {
  const store = memoryStore()
  const info = await store.put(key, Buffer.from(`${text}broken\n`), {
    condition: { kind: 'always' },
  })
  return objectSource(store, { ...info, etag: info.etag }, `s3://staging/${key}`)
}

export async function splitObjects(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('events/')) if (key.endsWith('.split')) keys.push(key)
  return keys
}
