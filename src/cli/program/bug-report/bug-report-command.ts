import { writeFile } from 'node:fs/promises'
import { arch, release, type } from 'node:os'
import { QwError } from '../../../engine/errors.ts'
import { FORMAT_VERSION } from '../../../engine/split/footer.ts'
import { defineCommand } from '../../command/command.ts'
import { text } from '../../command/option.ts'
import { printJson } from '../../command/rows.ts'
import { loadWordTree } from '../completion/word-tree.ts'
import { readFaultReport } from '../fault-report.ts'
import { bugReportText, summarized, type BugReport } from './bug-report.ts'

export const bugReportCommand = defineCommand({
  description:
    'Versions, this machine’s kind, and the newest fault with its command line and stack. Values, paths and quoted words are left out; read it all the same before you send it.',
  args: [['[id]', 'a fault by the id that it was told with (the newest)']],
  options: { output: text('--output <file>', 'write it there instead of printing it') },
  examples: ['qw-lambda bug-report --output report.txt'],
  toleratesBrokenFiles: true,
  async run(context, { args, options }) {
    const [id] = args
    const fault = readFaultReport(context.env, id)
    if (id !== undefined && fault === undefined) {
      throw new QwError('notFound', `there is no fault ${id} on this machine`, {
        fix: 'the newest one: qw-lambda bug-report',
      })
    }
    const report: BugReport = {
      cli: context.version,
      split_format: FORMAT_VERSION,
      node: process.versions.node,
      os: `${type()} ${release()} ${arch()}`,
      terminal: context.out.isTerminal ? (context.env['TERM'] ?? 'unknown') : null,
      fault: fault === undefined ? null : summarized(fault, await ownWords()),
    }
    const document = { schema: 'qw-lambda/bug-report/1', ...report }
    const isJson = context.format === 'json'
    if (options.output !== undefined) {
      const written = isJson ? `${JSON.stringify(document)}\n` : bugReportText(report)
      await writeFile(options.output, written)
      return context.report.note(`Wrote ${options.output}`)
    }
    if (isJson) return await printJson(context, document)
    await context.out.write(bugReportText(report))
  },
})

/** Every word of the command line's own grammar. */
async function ownWords(): Promise<Set<string>> {
  const { commands } = await loadWordTree()
  return new Set(
    commands.flatMap(({ path, options }) => [
      ...path.split(' '),
      ...options.flatMap(({ flag, choices }) => [flag, ...choices]),
    ]),
  )
}
