import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { QwError } from '../../src/engine/errors.ts'
import type { ByteRange, Clock, ObjectStore } from '../../src/engine/ports.ts'
import { countingStore, type CountingStore } from '../../src/stores/counting-store.ts'
import { latencyStore } from '../../src/stores/testing/latency-store.ts'
import type { VirtualTime } from './virtual-time.ts'

/**
 * S3 as a Lambda function of the same Region sees it.
 *
 * - First byte: 30 ms at the median is what Durner, Leis and Neumann measured (Exploiting Cloud Object
 *   Storage for High-Performance Analytics, PVLDB 16, 2023), and what the cost model of this product
 *   counts with (`src/cost/measured.ts`). The slowest of a hundred: 120 ms, an assumption, within the 100
 *   to 200 ms that AWS tells applications to count on (Amazon S3 User Guide, Performance design patterns).
 * - A request: 85 MB/s, the lower end of what the same guide gives for one connection.
 * - A function's network: 75 MB/s, an assumption: users measure 600 Mbit/s. Bursts are faster.
 * - Connections: as many as the client of the functions opens (`src/aws/http-exchange.ts`); opening one
 *   takes two round trips and a TLS handshake, 8 ms, an assumption.
 */
const S3_FROM_LAMBDA = {
  firstByteMs: { median: 30, p99: 120 },
  requestMegabytesPerSecond: 85,
  networkMegabytesPerSecond: 75,
  connections: { max: 64, openMs: 8 },
}

/**
 * The objects of a folder, only read, as slow as S3 in virtual time, and counted. Each machine of that
 * time has connections and a network of its own.
 */
export function s3Model(
  folder: string,
  time: VirtualTime,
  { seed, nameOf = same }: { readonly seed: number; readonly nameOf?: NameOf | undefined },
): CountingStore {
  const inner = folderObjects(folder, time, nameOf)
  const clock: Clock = {
    nowMs: () => time.running.nowMs(),
    sleep: (ms) => time.running.sleep(ms),
  }
  const stores = new Map<string, ObjectStore>()
  const ofRunning = (): ObjectStore => {
    const { machine } = time.running
    const known = stores.get(machine)
    if (known !== undefined) return known
    const store = latencyStore(inner, { ...S3_FROM_LAMBDA, clock, seed: seed + stores.size })
    stores.set(machine, store)
    return store
  }
  return countingStore({
    ...inner,
    get: (key, options) => ofRunning().get(key, options),
    read: (key, range, signal) => ofRunning().read(key, range, signal),
  })
}

/** Of all objects, an hour before virtual time begins. */
const WRITTEN_MS = -3_600_000

/** Under which name an object lies in the folder. */
export type NameOf = (key: string) => string

const same: NameOf = (key) => key

/** The disk takes no modelled time; its own store would take time that virtual time cannot see. */
function folderObjects(folder: string, time: VirtualTime, nameOf: NameOf): ObjectStore {
  const pathOf = (key: string): string => join(folder, nameOf(key))
  const onlyRead = (): never => {
    throw new QwError('internal', 'the modelled store is only read')
  }
  return {
    async get(key, options) {
      const bytes = time.aside(() =>
        existsSync(pathOf(key)) ? readFileSync(pathOf(key)) : undefined,
      )
      if (bytes === undefined) throw new QwError('notFound', `there is no ${key}`)
      // Nothing changes in the folder while it is read.
      const etag = String(bytes.length)
      return options?.ifNoneMatch === etag ? undefined : { bytes, etag, modifiedMs: WRITTEN_MS }
    },
    read: async (key, range) => time.aside(() => readRange(pathOf(key), range)),
    head: onlyRead,
    put: onlyRead,
    delete: onlyRead,
    list: onlyRead,
  }
}

function readRange(path: string, { start, end }: ByteRange): Uint8Array {
  const file = openSync(path, 'r')
  try {
    if (end > fstatSync(file).size) throw new QwError('invalid', `${path} ends before ${end}`)
    const bytes = new Uint8Array(end - start)
    let done = 0
    while (done < bytes.length) {
      done += readSync(file, bytes, done, bytes.length - done, start + done)
    }
    return bytes
  } finally {
    closeSync(file)
  }
}
