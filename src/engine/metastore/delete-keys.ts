import type { ObjectStore } from '../ports.ts'

const DELETE_CONCURRENCY = 16

export async function listKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const info of store.list(prefix)) keys.push(info.key)
  return keys
}

/** Deletes in rounds of bounded width; the first failure stops it. */
export async function deleteKeys(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += DELETE_CONCURRENCY) {
    const some = keys.slice(start, start + DELETE_CONCURRENCY)
    await Promise.all(some.map((key) => store.delete(key)))
  }
}
