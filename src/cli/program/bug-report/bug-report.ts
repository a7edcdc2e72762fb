import type { FaultReport } from '../fault-report.ts'

export interface BugReport {
  readonly cli: string
  readonly split_format: number
  readonly node: string
  readonly os: string
  /** Undefined: no terminal. */
  readonly terminal: string | null
  readonly fault: FaultSummary | null
}

interface FaultSummary {
  readonly id: string
  readonly time: string
  readonly cli: string
  readonly command: string
  readonly message: string
  /** Innermost first, as `function (file:line:column)`. */
  readonly stack: readonly string[]
}

const ISSUES = 'https://github.com/qw-lambda/qw-lambda/issues/new'
const MASK = '…'
const MAX_FRAMES = 12

/** A fault as others may read it. `words` are those that the command line's grammar has: command names,
 *  flags and choices; anything else is the user's own. */
export function summarized(report: FaultReport, words: ReadonlySet<string>): FaultSummary {
  const [message = '', ...frames] = report.error.split('\n')
  return {
    id: report.id,
    time: report.time,
    cli: report.version,
    command: ['qw-lambda', ...report.command.map((word) => maskedWord(word, words))].join(' '),
    message: maskedMessage(message),
    stack: frames
      .map((frame) => /^\s+at (.*)$/.exec(frame)?.[1])
      .filter((frame) => frame !== undefined)
      .slice(0, MAX_FRAMES)
      .map(withoutFolders),
  }
}

/** Flags stay, `--flag=value` loses its value, and so does every word that is no name of ours. */
function maskedWord(word: string, words: ReadonlySet<string>): string {
  const [flag = ''] = word.split('=', 1)
  if (words.has(word)) return word
  return flag !== word && words.has(flag) ? `${flag}=${MASK}` : MASK
}

/** What is quoted in a message came from somewhere, and so did numbers and addresses. */
function maskedMessage(message: string): string {
  return message
    .replaceAll(/`[^`]*`|"[^"]*"|'[^']*'/g, (quoted) => `${quoted[0]}${MASK}${quoted.at(-1)}`)
    .replaceAll(/(?:[a-z]+:\/|~|\.{0,2})\/[^\s:,)]+/g, MASK)
    .replaceAll(/\d{3,}/g, MASK)
}

/** Folders of this machine say whose it is. */
function withoutFolders(frame: string): string {
  return frame.replaceAll(/(?:file:\/\/)?[^\s()]*\/([^/\s()]+)/g, '$1')
}

/** Markdown, as an issue takes it. */
export function bugReportText(report: BugReport): string {
  const { fault } = report
  const lines = [
    `Send this to ${ISSUES} after reading it, with what you did before.`,
    '',
    '**What happened**',
    '',
    fault === null
      ? '(no fault of the program is kept on this machine: say what you saw)'
      : `\`${fault.command}\`, ${fault.time}, report ${fault.id}`,
    '',
    ...(fault === null
      ? []
      : ['```', fault.message, ...fault.stack.map((frame) => `  at ${frame}`), '```', '']),
    '**Where**',
    '',
    `- qw-lambda ${report.cli}${fault === null || fault.cli === report.cli ? '' : ` (${fault.cli} when it failed)`}, split format ${report.split_format}`,
    `- Node ${report.node}, ${report.os}`,
    `- ${report.terminal === null ? 'no terminal' : `terminal ${report.terminal}`}`,
  ]
  return `${lines.join('\n')}\n`
}
