import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { dirname, join, parse } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isQwError, QwError } from '../../engine/errors.ts'
import { getIfThere, type PutCondition } from '../../engine/ports.ts'
import { folderStore } from '../../stores/folder-store.ts'
import { newOwnerTag, ownerState } from '../../stores/process-owner.ts'
import type { CliContext } from '../command/context.ts'
import { packageFolder } from '../command/package-folder.ts'

/**
 * Merges that go on when the command that made them due has returned: `index merge` in a process of its
 * own, one for each index, with the lowest priority (docs/decisions/0047). In the stack's folder
 *
 *   merging/<index_id>.json   which process it is
 *   merging/<index_id>.log    what it had to say: nothing, unless something went wrong
 */
const FOLDER = 'merging'
const NOTE = '.json'
const LOG = '.log'

/** A process of which the system does not tell since when it runs is believed so long. */
const BELIEVED_MS = 3_600_000
/** From asking a process to stop to ending it: nothing that it holds can be lost. */
const STOP_MS = 3_000
const LOOK_EVERY_MS = 50

export interface MergeBehind {
  readonly indexId: string
  readonly pid: number
  readonly startedMs: number
}

export interface FailedMerge {
  readonly indexId: string
  readonly message: string
}

interface Note extends MergeBehind {
  readonly owner: string
}

interface Found {
  readonly note: Note
  readonly etag: string
  readonly state: 'running' | 'believed' | 'ended'
}

/** A stack of this machine: its folder is called by its name. */
interface Place {
  readonly name: string
  readonly folder: string
}

interface MergeRequest {
  readonly indexId: string
  readonly env: CliContext['env']
  readonly startedMs: number
}

/** Whether merges may go on when the command has returned. Somebody at a terminal has the prompt back;
 *  a script goes on when all is done, and leaves nothing running. Throws USAGE. */
export function mayMergeBehind({ env, out }: CliContext): boolean {
  const wish = env['QWL_MERGES'] ?? ''
  if (wish === 'behind') return true
  if (wish === 'wait') return false
  if (wish === '') return out.isTerminal && (env['CI'] ?? '') === ''
  throw new QwError('invalid', `QWL_MERGES is \`${wish}\``, {
    code: 'USAGE',
    fix: 'behind: merges go on after ingest; wait: ingest waits for them',
  })
}

/** Starts the merges of an index, unless they are under way. False where no process can be started. */
export async function mergeBehind(
  { name, folder }: Place,
  { indexId, env, startedMs }: MergeRequest,
): Promise<boolean> {
  const found = await readNote(folder, indexId)
  if (found !== undefined && found.state !== 'ended') return true
  const store = folderStore({ root: join(folder, FOLDER) })
  const child = await startMerge({ name, folder }, { indexId, env })
  if (child?.pid === undefined) return false
  const { pid } = child
  const note: Note = { indexId, pid, startedMs, owner: newOwnerTag(pid) }
  const condition: PutCondition =
    found === undefined ? { kind: 'ifAbsent' } : { kind: 'ifMatch', etag: found.etag }
  try {
    await store.put(`${indexId}${NOTE}`, Buffer.from(JSON.stringify(note)), { condition })
  } catch (error) {
    child.kill()
    // Another command was quicker, and its process does the same work.
    if (!isQwError(error, 'conflict')) throw error
  }
  return true
}

async function startMerge(
  { name, folder }: Place,
  { indexId, env }: Pick<MergeRequest, 'indexId' | 'env'>,
): Promise<ChildProcess | undefined> {
  await mkdir(join(folder, FOLDER), { recursive: true })
  const log = await open(join(folder, FOLDER, `${indexId}${LOG}`), 'w')
  const program = join(packageFolder(), 'bin', 'qw-lambda.js')
  const where = ['--local', '--stack', name, '--data-dir', dirname(folder)]
  try {
    const child = spawn(
      process.execPath,
      [program, 'index', 'merge', indexId, ...where, '--quiet'],
      {
        // No folder that somebody may want to remove.
        cwd: parse(process.execPath).root,
        env: withoutSettings(env),
        detached: true,
        windowsHide: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    )
    await once(child, 'spawn')
    setLowPriority(child)
    child.unref()
    return child
  } catch {
    return undefined
  } finally {
    await log.close()
  }
}

/** What was said of the command itself, such as its format, does not hold for the other. */
function withoutSettings(env: CliContext['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('QWL_')))
}

function setLowPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It may have ended already, and as fast as others it does the same.
  }
}

/** What runs at this moment, and what came to a bad end since it was started last. */
export async function mergesBehind(
  folder: string,
): Promise<{ readonly running: readonly MergeBehind[]; readonly failed: readonly FailedMerge[] }> {
  const running: MergeBehind[] = []
  const failed: FailedMerge[] = []
  for (const name of await readdir(join(folder, FOLDER)).catch(() => [])) {
    if (!name.endsWith(NOTE)) continue
    const indexId = name.slice(0, -NOTE.length)
    const found = await readNote(folder, indexId)
    if (found === undefined) continue
    if (found.state !== 'ended') running.push(found.note)
    else {
      const log = join(folder, FOLDER, `${indexId}${LOG}`)
      const [message = ''] = (await readFile(log, 'utf8').catch(() => '')).split('\n')
      if (message !== '') failed.push({ indexId, message: message.replace(/^\W+ /, '') })
    }
  }
  return { running, failed }
}

/** Ends the merges of an index, or of all: before what they read is removed. Throws `conflict`
 *  (LOCAL-LOCK) for a process that may be somebody else's by now. */
export async function stopMergesBehind(folder: string, indexId?: string): Promise<void> {
  const names = await readdir(join(folder, FOLDER)).catch(() => [])
  for (const name of names.filter((each) => each.endsWith(NOTE))) {
    const id = name.slice(0, -NOTE.length)
    if (indexId !== undefined && id !== indexId) continue
    const found = await readNote(folder, id)
    if (found?.state === 'believed') throw mayBeOthers(found.note)
    if (found?.state === 'running') await stop(found.note)
    for (const end of [NOTE, LOG]) await rm(join(folder, FOLDER, `${id}${end}`), { force: true })
  }
}

async function stop(note: Note): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalTo(note.pid, signal)
    for (let waitedMs = 0; waitedMs < STOP_MS; waitedMs += LOOK_EVERY_MS) {
      if (ownerState(note.owner) !== 'alive') return
      await sleep(LOOK_EVERY_MS)
    }
  }
  throw mayBeOthers(note)
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended by itself, or belongs to another user and is waited for.
  }
}

function mayBeOthers({ indexId, pid }: Note): QwError {
  return new QwError('conflict', `small splits of ${indexId} may still be merged`, {
    code: 'LOCAL-LOCK',
    why: `process ${pid} was started for it, and the system does not tell whether it is still that`,
    fix: `wait for it, or stop it (kill ${pid})`,
  })
}

async function readNote(folder: string, indexId: string): Promise<Found | undefined> {
  const store = folderStore({ root: join(folder, FOLDER) })
  const stored = await getIfThere(store, `${indexId}${NOTE}`)
  if (stored === undefined) return undefined
  const note = parseNote(stored.bytes, indexId)
  const alive = ownerState(note.owner)
  const isRecent = Date.now() - note.startedMs < BELIEVED_MS
  const state =
    alive === 'alive' ? 'running' : alive === 'unknown' && isRecent ? 'believed' : 'ended'
  return { note, etag: stored.etag, state }
}

/** Without an owner, and long ago, when it is none of ours. */
function parseNote(bytes: Uint8Array, indexId: string): Note {
  try {
    const fields: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { pid, startedMs, owner } = fields as Partial<Record<string, unknown>>
    if (typeof pid !== 'number' || typeof startedMs !== 'number') throw new Error('not a note')
    return { indexId, pid, startedMs, owner: typeof owner === 'string' ? owner : '' }
  } catch {
    return { indexId, pid: 0, startedMs: 0, owner: '' }
  }
}
