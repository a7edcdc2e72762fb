// What is left in an index store after everything: what names which object, and what the bytes still say.
import { metastoreKey, splitKey } from '../src/engine/metastore/layout.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../src/engine/ports.ts'
import { hotTerms } from '../src/engine/split/testing/hot-terms.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'
import { splitContent } from './format/split-content.ts'

const CLOCK = 'const now = Date.now; Date.now = () => now() + 2 * 86400000'

/** For the real program: a clock by which whatever crashed runs left is old enough to go. */
export const TWO_DAYS_LATER = {
  NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(CLOCK)}"`,
}

export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

export async function bytesOf(store: ObjectStore, key: string): Promise<Buffer> {
  const object = await store.get(key)
  if (object === undefined) throw new Error(`${key} is gone`)
  return Buffer.from(object.bytes)
}

/** Objects that neither the manifest nor the metastore file of an index names. Throws when one that is
 *  named is not there. */
export async function strayKeys(store: ObjectStore): Promise<string[]> {
  const metastore = new Metastore(store, { clock: systemClock, random: systemRandom })
  const named = ['manifest.json']
  for (const id of await metastore.listIndexIds()) {
    const { splits, snapshots } = await metastore.load(id)
    if (snapshots.length > 0) throw new Error(`${id} is still pinned`)
    named.push(metastoreKey(id), ...splits.map(({ splitId }) => splitKey(id, splitId)))
  }
  const keys = await keysOf(store)
  const missing = named.filter((key) => !keys.includes(key))
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`)
  // Of each index there may be one.
  return keys.filter((key) => !named.includes(key) && !key.endsWith('/hot-cache.bin'))
}

/** Which of the words stand in any object, in its bytes as they lie there or unpacked. */
export async function wordsFound(store: ObjectStore, words: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const key of await keysOf(store)) {
    const bytes = await bytesOf(store, key)
    const { docs = [], fields = {} } = key.endsWith('.split') ? splitContent(bytes) : {}
    const hot = key.endsWith('/hot-cache.bin') ? [...hotTerms(bytes).values()].flat() : []
    const texts = [bytes.toString('latin1'), ...hot, docs.join('\n'), JSON.stringify(fields, plain)]
    for (const word of words) if (texts.some((text) => text.includes(word))) found.add(word)
  }
  return [...found]
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
