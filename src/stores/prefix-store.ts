import { QwError } from '../engine/errors.ts'
import type { ObjectInfo, ObjectStore } from '../engine/ports.ts'
import { assertKey } from './object-key.ts'

/** The objects of `inner` whose keys start with `prefix`, seen without it. `prefix` is empty or ends
 *  with a slash, otherwise `invalid`. */
export function prefixStore(inner: ObjectStore, prefix: string): ObjectStore {
  if (prefix === '') return inner
  if (!prefix.endsWith('/'))
    throw new QwError('invalid', `store prefix ${prefix} does not end with a slash`)
  assertKey(prefix.slice(0, -1))
  const outer = (key: string): string => {
    // Checked before it is joined: behind a prefix even "/a" and ".." would look like part of a key.
    assertKey(key)
    return prefix + key
  }
  const shorten = (info: ObjectInfo): ObjectInfo => ({
    ...info,
    key: info.key.slice(prefix.length),
  })

  return {
    get: async (key, options) => inner.get(outer(key), options),
    read: async (key, range, signal) => inner.read(outer(key), range, signal),
    head: async (key, signal) => shorten(await inner.head(outer(key), signal)),
    put: async (key, body, options) => shorten(await inner.put(outer(key), body, options)),
    delete: async (key, signal) => inner.delete(outer(key), signal),
    async *list(keyPrefix, signal) {
      for await (const info of inner.list(prefix + keyPrefix, signal)) yield shorten(info)
    },
  }
}
