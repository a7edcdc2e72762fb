import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who made a lock or a temporary file, as text that fits a file name; by default this process:
 *
 *   <pid>.<start>.<machine>.<unique>
 *
 * `start` is the process's start in clock ticks since boot, or 0 where the system does not tell: it
 * unmasks a process id that was given out again. `machine` is a hash of the host name and the
 * process-id namespace: ids of another container mean nothing here.
 */
export function newOwnerTag(pid = process.pid): string {
  return `${pid}.${startOf(pid)}.${ownMachine()}.${randomUUID()}`
}

/** `unknown` when the owner lives on another machine, is hidden, or the text is not an owner's. */
export function ownerState(tag: string): 'alive' | 'dead' | 'unknown' {
  const match = /^([0-9]{1,10})\.([0-9]+)\.([0-9a-f]{12})\./.exec(tag)
  if (match === null) return 'unknown'
  const [, pidText = '', start, machine] = match
  const pid = Number(pidText)
  if (pid === 0 || machine !== ownMachine()) return 'unknown'
  if (!processExists(pid)) return 'dead'
  const found = processStat(pid)
  if (found === undefined || start === '0') return 'unknown'
  return found.start === start && !found.zombie ? 'alive' : 'dead'
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** From Linux's /proc; undefined elsewhere. */
function processStat(pid: number): { start: string; zombie: boolean } | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const start = fields[19]
  if (state === undefined || start === undefined) return undefined
  // A zombie is a killed process whose parent has not looked yet: it will never release anything.
  return { start, zombie: state === 'Z' || state === 'X' }
}

let ownStart: string | undefined
function startOf(pid: number): string {
  if (pid !== process.pid) return processStat(pid)?.start ?? '0'
  ownStart ??= processStat(pid)?.start ?? '0'
  return ownStart
}

let machine: string | undefined
function ownMachine(): string {
  machine ??= createHash('sha256')
    .update(`${hostname()}\n${processNamespace()}`)
    .digest('hex')
    .slice(0, 12)
  return machine
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
