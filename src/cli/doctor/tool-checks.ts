import type { CliContext } from '../command/context.ts'
import { fail, pass, warn, type Finding } from './finding.ts'

const NODE_MIN = [20, 19] as const
/** AWS refuses requests that are further off. */
const CLOCK_SKEW_MS = 5 * 60_000

/** This program, its settings and the clock. `newestMs` is the newest time that a stack remembers. */
export function toolChecks(context: CliContext, newestMs: number | undefined): Finding[] {
  return [nodeCheck(context), ...configChecks(context), clockCheck(context, newestMs)]
}

function nodeCheck({ version }: CliContext): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [minMajor, minMinor] = NODE_MIN
  const isNew = major > minMajor || (major === minMajor && minor >= minMinor)
  const message = `qw-lambda ${version}, Node ${process.versions.node} on ${process.platform} ${process.arch}`
  return isNew
    ? pass('tool.node', message)
    : fail('tool.node', message, `install Node ${NODE_MIN.join('.')} or later: https://nodejs.org`)
}

function configChecks({ settings }: CliContext): Finding[] {
  if (settings.problems.length > 0) {
    return settings.problems.map((problem) =>
      fail('tool.config', problem.message, problem.fix ?? 'mend the file'),
    )
  }
  const { project, userPath } = settings
  const read = project === undefined ? 'no project file here' : `read ${project.path}`
  return [pass('tool.config', `settings: ${read}; user file ${userPath}`)]
}

function clockCheck({ clock }: CliContext, newestMs: number | undefined): Finding {
  const nowMs = clock.nowMs()
  const aheadMs = (newestMs ?? 0) - nowMs
  return aheadMs > CLOCK_SKEW_MS
    ? warn(
        'tool.clock',
        `the clock says ${new Date(nowMs).toISOString()}, but a run here ended later than that`,
        'set the clock of this machine',
      )
    : pass('tool.clock', `clock ${new Date(nowMs).toISOString()}`)
}
