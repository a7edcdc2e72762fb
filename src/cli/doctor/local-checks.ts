import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { messageOf } from '../../engine/errors.ts'
import { runningServer } from '../../local/serve-lock.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes } from '../format/number.ts'
import { fail, pass, warn, type Finding } from './finding.ts'

const DEFAULT_PORT = 7280
/** Below this an ingest is likely to stop half-way. */
const DISK_WARN_BYTES = 2e9
const DISK_FAIL_BYTES = 100e6

/** The disk, the data folder and the port; `stackFolders` are the stacks that there are. */
export async function machineChecks(
  { settings }: CliContext,
  stackFolders: readonly string[],
): Promise<Finding[]> {
  const { dataDir } = settings
  return [await folderCheck(dataDir), await diskCheck(dataDir), await portCheck(stackFolders)]
}

async function folderCheck(dataDir: string): Promise<Finding> {
  const existing = await nearestExisting(dataDir)
  try {
    await access(existing, constants.W_OK)
    const state = existing === dataDir ? 'writable' : 'not there yet, can be made'
    return pass('local.data-dir', `data folder ${dataDir}: ${state}`)
  } catch {
    return fail(
      'local.data-dir',
      `data folder ${dataDir}: ${existing} cannot be written`,
      `chmod u+w ${existing}, or another --data-dir`,
    )
  }
}

async function diskCheck(dataDir: string): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(await nearestExisting(dataDir))
    const freeBytes = bavail * bsize
    const message = `${formatBytes(freeBytes)} free for ${dataDir}`
    const fix = 'make room, use another --data-dir, or remove a stack: qw-lambda teardown'
    if (freeBytes < DISK_FAIL_BYTES) return fail('local.disk', message, fix)
    return freeBytes < DISK_WARN_BYTES
      ? warn('local.disk', message, fix)
      : pass('local.disk', message)
  } catch (error) {
    return warn('local.disk', `free space is not known: ${messageOf(error)}`, 'look with: df -h')
  }
}

async function nearestExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false,
    )
    if (isThere || folder === dirname(folder)) return folder
  }
}

async function portCheck(stackFolders: readonly string[]): Promise<Finding> {
  const servers = await Promise.all(stackFolders.map(runningServer))
  const own = servers.find((server) => server?.url.endsWith(`:${DEFAULT_PORT}`) === true)
  if (own !== undefined) return pass('local.port', `port ${DEFAULT_PORT}: qw-lambda serves there`)
  return (await isFree(DEFAULT_PORT))
    ? pass('local.port', `port ${DEFAULT_PORT} is free`)
    : warn(
        'local.port',
        `port ${DEFAULT_PORT} is used by another program`,
        'nothing to do: serve takes the next free port, or the one of --port',
      )
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
