import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isQwError, QwError } from '../engine/errors.ts'
import type { PutCondition } from '../engine/ports.ts'
import { folderStore } from '../stores/folder-store.ts'
import { newOwnerTag, ownerState } from '../stores/process-owner.ts'

/** Which process serves a stack: one at a time, so that its schedule runs once. */
interface ServeLock {
  /** Tells others where it listens in fact. */
  moveTo(url: string): Promise<void>
  release(): Promise<void>
}

interface Server {
  readonly pid: number
  readonly url: string
}

interface Holder extends Server {
  /** Tells this process from a later one that was given the same id. */
  readonly owner: string
}

const FILE = 'serve.json'
/** How often a server says that it lives, for those who cannot see its process. */
const SIGN_EVERY_MS = 5_000
/** A server of another machine or container is given up after this. */
const NO_SIGN_MS = 30_000

/** `url` is where it is going to listen: nobody who was refused has answered a request. Throws
 *  `conflict` (LOCAL-LOCK) while another living process serves the stack. */
export async function takeServeLock(folder: string, url: string): Promise<ServeLock> {
  const store = folderStore({ root: folder })
  const holder: Holder = { pid: process.pid, url, owner: newOwnerTag() }
  const write = async (content: Holder, condition: PutCondition): Promise<void> => {
    await store.put(FILE, Buffer.from(JSON.stringify(content)), { condition })
  }
  const found = await readHolder(folder)
  if (found !== undefined && found.isServing) throw servedAlready(folder, found.holder)
  const condition: PutCondition =
    found === undefined ? { kind: 'ifAbsent' } : { kind: 'ifMatch', etag: found.etag }
  try {
    await write(holder, condition)
  } catch (error) {
    const winner = isQwError(error, 'conflict') ? await readHolder(folder) : undefined
    throw winner === undefined ? error : servedAlready(folder, winner.holder)
  }
  const signs = setInterval(() => void giveSign(folder), SIGN_EVERY_MS).unref()
  return {
    async moveTo(actual) {
      if (actual !== url) await write({ ...holder, url: actual }, { kind: 'always' })
    },
    async release() {
      clearInterval(signs)
      const now = await readHolder(folder)
      if (now?.holder.owner === holder.owner) await store.delete(FILE)
    },
  }
}

/** The living process that serves the stack in `folder`. */
export async function runningServer(folder: string): Promise<Server | undefined> {
  const found = await readHolder(folder)
  return found?.isServing === true ? found.holder : undefined
}

interface Found {
  readonly holder: Holder
  readonly etag: string
  readonly isServing: boolean
}

/** Undefined when there is no file. */
async function readHolder(folder: string): Promise<Found | undefined> {
  const store = folderStore({ root: folder })
  try {
    const stored = await store.get(FILE)
    const { modifiedMs } = await store.head(FILE)
    if (stored === undefined) return undefined
    const holder = parseHolder(stored.bytes)
    const state = ownerState(holder.owner)
    // Real time, as it is other processes that write it.
    const isRecent = Date.now() - modifiedMs < NO_SIGN_MS
    const isServing = state === 'alive' || (state === 'unknown' && holder.owner !== '' && isRecent)
    return { holder, etag: stored.etag, isServing }
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

/** Without owner when the file is none that a server wrote: then nobody serves. */
function parseHolder(bytes: Uint8Array): Holder {
  try {
    const fields: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { pid, url, owner } = fields as Partial<Record<string, unknown>>
    return { pid: Number(pid), url: String(url), owner: typeof owner === 'string' ? owner : '' }
  } catch {
    return { pid: 0, url: '', owner: '' }
  }
}

async function giveSign(folder: string): Promise<void> {
  const now = new Date()
  // A folder that is gone, or a disk that is full: the server itself will notice.
  await utimes(join(folder, FILE), now, now).catch(() => undefined)
}

function servedAlready(folder: string, { pid, url }: Server): QwError {
  return new QwError('conflict', `this stack is served already, at ${url}`, {
    code: 'LOCAL-LOCK',
    why: `process ${pid} holds ${join(folder, FILE)}`,
    fix: `stop it (kill ${pid}), or use it`,
  })
}
