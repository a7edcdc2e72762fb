import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

interface Fault {
  readonly error: unknown
  readonly argv: readonly string[]
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: number
}

/** What a report file holds. */
export interface FaultReport {
  readonly id: string
  /** RFC 3339. */
  readonly time: string
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly command: readonly string[]
  /** The stack trace. */
  readonly error: string
}

/**
 * What happened, in a file that can be sent to us: versions, the command line, the stack trace, and
 * nothing of the data. Undefined where it cannot be written: the fault itself is what matters.
 */
export function writeFaultReport(
  fault: Fault,
): { readonly id: string; readonly path: string } | undefined {
  const { error, argv, version, env, nowMs } = fault
  const id = randomBytes(4).toString('hex')
  const folder = reportFolder(env)
  const document: FaultReport = {
    id,
    time: new Date(nowMs).toISOString(),
    version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    command: argv.map(withoutSecrets),
    error: withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
  const path = join(folder, `${id}.json`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, `${JSON.stringify(document, undefined, 2)}\n`, { mode: 0o600 })
    return { id, path }
  } catch {
    return undefined
  }
}

/** The newest report, or the one whose id begins so; undefined: there is none. */
export function readFaultReport(env: Fault['env'], beginning = ''): FaultReport | undefined {
  const folder = reportFolder(env)
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.startsWith(beginning))
  } catch {
    return undefined
  }
  const reports = names.flatMap((name) => {
    try {
      // Written above; one that was cut short is passed over.
      return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as FaultReport]
    } catch {
      return []
    }
  })
  return reports.toSorted((a, b) => (a.time < b.time ? 1 : -1))[0]
}

function reportFolder(env: Fault['env']): string {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  return join(state, 'qw-lambda', 'reports')
}

/** Keys are long runs of letters and digits; names, paths and queries are not. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(?:AKIA|ASIA)[A-Z0-9]{12,}/g, '<access key>')
    .replaceAll(/(?<![\w/.-])[A-Za-z0-9+/]{32,}={0,2}(?![\w/.-])/g, '<secret>')
    .replaceAll(homedir(), '~')
}
