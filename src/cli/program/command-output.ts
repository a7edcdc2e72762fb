import type { AnyCommand, OutputFormat, RawOptions } from '../command/command.ts'
import type { HeldNotes } from '../format/held-notes.ts'
import type { Output } from '../format/streams.ts'
import type { Reporter } from '../reporters/reporter.ts'

interface OutputFacts {
  readonly command: AnyCommand
  readonly options: RawOptions
  readonly format: OutputFormat
  readonly report: Reporter
  readonly paging: Paging
}

interface Paging {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Lines beside the answer, which wait while it is read. */
  readonly notes: HeldNotes
  /** Called when the command is done: reading may take as long as it likes. */
  readonly onWritten: () => void
}

/** Stdout as this command writes to it: through jq, through a pager, or as it is. */
export async function commandOutput(out: Output, facts: OutputFacts): Promise<Output> {
  const { command, options, format, report, paging } = facts
  const { jq: program } = options
  if (typeof program === 'string') {
    // A megabyte that only this flag needs.
    const { jqOutput } = await import('../command/jq-output.ts')
    return await jqOutput(program, { out, report, indents: format === 'json' && out.isTerminal })
  }
  const isForPrograms = format === 'json' || format === 'ndjson'
  const mayPage = command.pages?.(options) === true && options['pager'] !== false
  return mayPage && !isForPrograms ? await pagedOnTerminal(out, paging) : out
}

/** What is longer than the screen goes through a pager, if there is one; nothing else changes. */
export async function pagedOnTerminal(out: Output, paging: Paging): Promise<Output> {
  if (!out.isTerminal || (out.rows ?? 0) === 0) return out
  const { pagedOutput, pagerCommand } = await import('../format/pager.ts')
  const command = pagerCommand(paging.env)
  return command === undefined ? out : pagedOutput({ out, command, ...paging })
}
