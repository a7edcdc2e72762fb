import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QwError } from '../engine/errors.ts'

/** Which process serves a stack: one at a time, so that its schedule runs once. */
export interface ServeLock {
  release(): Promise<void>
}

export interface Server {
  readonly pid: number
  readonly url: string
}

const FILE = 'serve.json'

/** Throws `conflict` (LOCAL-LOCK) while another living process serves the stack. */
export async function takeServeLock(folder: string, url: string): Promise<ServeLock> {
  const path = join(folder, FILE)
  const running = await runningServer(folder)
  if (running !== undefined) {
    throw new QwError('conflict', `this stack is served already, at ${running.url}`, {
      code: 'LOCAL-LOCK',
      why: `process ${running.pid} holds ${path}`,
      fix: `stop it (kill ${running.pid}), or use it`,
    })
  }
  // A dead server's file is in the way.
  await rm(path, { force: true })
  await writeFile(path, JSON.stringify({ pid: process.pid, url }), { flag: 'wx' })
  return { release: () => rm(path, { force: true }) }
}

/** The living process that serves the stack in `folder`. */
export async function runningServer(folder: string): Promise<Server | undefined> {
  let server: Server
  try {
    // Written by takeServeLock alone.
    server = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Server
  } catch {
    // No file, or one that a killed process left half written: nobody serves.
    return undefined
  }
  return isAlive(server.pid) ? server : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
