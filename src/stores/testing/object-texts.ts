import { expect } from 'vitest'
import type { ObjectBody, ObjectInfo, ObjectStore, PutCondition } from '../../engine/ports.ts'

export function put(
  store: ObjectStore,
  key: string,
  body: string | ObjectBody,
  condition: PutCondition = { kind: 'always' },
): Promise<ObjectInfo> {
  return store.put(key, typeof body === 'string' ? bytesOf(body) : body, { condition })
}

/** Looks for the entry before adding it, as every writer must whose conflict may hide a lost answer. */
export async function append(store: ObjectStore, key: string, entry: string): Promise<void> {
  for (;;) {
    const stored = await store.get(key)
    const text = new TextDecoder().decode(stored?.bytes)
    if (text.includes(`${entry}\n`)) return
    try {
      await put(store, key, `${text}${entry}\n`, { kind: 'ifMatch', etag: stored?.etag ?? '' })
      return
    } catch (error) {
      expect(error).toMatchObject({ kind: 'conflict' })
    }
  }
}

export async function winnersOf(
  racers: readonly string[],
  race: (body: string) => Promise<unknown>,
): Promise<string[]> {
  const outcomes = await Promise.allSettled(racers.map((body) => race(body)))
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'conflict' })
  }
  return racers.filter((_, i) => outcomes[i]?.status === 'fulfilled')
}

export async function listed(
  store: ObjectStore,
  prefix: string,
  signal?: AbortSignal,
): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = []
  for await (const info of store.list(prefix, signal)) infos.push(info)
  return infos
}

export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await listed(store, prefix)).map(({ key }) => key)
}

export async function textAt(store: ObjectStore, key: string): Promise<string> {
  return new TextDecoder().decode((await store.get(key))?.bytes)
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function allBytes(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) => i)
}
