import { QwError } from '../../src/engine/errors.ts'
import type { ObjectInfo, ObjectStore } from '../../src/engine/ports.ts'
import type { Outcome, Turn } from './schedule.ts'

/** What stands between a process and a store: it decides when a call goes on, and how it ends. */
export interface Network {
  turn(kind: Turn['kind'], what: string): Promise<Outcome>
  /** The process sleeps before it sees the answer. */
  asleep(what: string): Promise<unknown>
  /** Takes effect some time from now, whatever becomes of the caller. */
  later(what: string, act: () => Promise<unknown>): void
}

/** Keys of a page of a listing: what happens between two pages is half seen. */
const PAGE_KEYS = 3

/** `inner` as a process sees it over a network. Every call waits for its turn. */
export function networkStore(inner: ObjectStore, name: string, network: Network): ObjectStore {
  async function call<T>(kind: Turn['kind'], what: string, act: () => Promise<T>): Promise<T> {
    const outcome = await network.turn(kind, `${what} ${name}`)
    switch (outcome) {
      case 'done':
        return act()
      case 'refused':
        throw unanswered(what)
      case 'lost':
        await act().catch(() => undefined)
        throw unanswered(what)
      case 'late':
        network.later(what, act)
        throw unanswered(what)
      case 'slow': {
        const answer = await Promise.allSettled([act()])
        await network.asleep(what)
        if (answer[0].status === 'rejected') throw answer[0].reason
        return answer[0].value
      }
      case 'dies':
        return new Promise<T>(() => {})
      case 'diesAfter':
        await act().catch(() => undefined)
        return new Promise<T>(() => {})
    }
  }

  const page = (prefix: string, after: string) => async (): Promise<ObjectInfo[]> => {
    const infos: ObjectInfo[] = []
    for await (const info of inner.list(prefix)) if (info.key > after) infos.push(info)
    return infos.slice(0, PAGE_KEYS)
  }

  return {
    get: (key, options) => call('read', `get ${key}`, () => inner.get(key, options)),
    read: (key, range) => call('read', `read ${key}`, () => inner.read(key, range)),
    head: (key) => call('read', `head ${key}`, () => inner.head(key)),
    put: (key, body, options) =>
      call('put', `put ${options.condition.kind} ${key}`, () => inner.put(key, body, options)),
    delete: (key) => call('delete', `delete ${key}`, () => inner.delete(key)),
    async *list(prefix) {
      let after = ''
      for (;;) {
        const infos = await call('read', `list ${prefix} after ${after}`, page(prefix, after))
        yield* infos
        if (infos.length < PAGE_KEYS) return
        after = infos.at(-1)?.key ?? after
      }
    },
  }
}

function unanswered(what: string): QwError {
  return new QwError('unavailable', `no answer to ${what}`)
}
