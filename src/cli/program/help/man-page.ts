import { GLOBAL_OPTIONS } from '../global-options.ts'
import { COMMANDS, type CommandEntry } from '../registry.ts'
import type { AnyCommand } from '../../command/command.ts'
import type { OptionSpec, OptionSpecs } from '../../command/option.ts'
import { styleFor } from '../../format/style.ts'
import { TOPIC_NAMES } from './topic-names.ts'
import { topicText } from './topics.ts'

const PLAIN = styleFor({ isTerminal: false, choice: 'never', ascii: false, env: {} })

/** The manual page in roff, from the same records as `--help`: section 1, read by man, groff and mandoc. */
export async function manPage(version: string): Promise<string> {
  const listed = COMMANDS.filter(({ group }) => group !== undefined)
  const commands = await Promise.all(
    listed.map(async (entry) => commandPart(entry, await entry.load())),
  )
  const parts = [
    `.TH QW\\-LAMBDA 1 "" "qw\\-lambda ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    'qw\\-lambda \\- serverless search on your own S3 bucket, or on this machine',
    '.SH SYNOPSIS',
    '.B qw\\-lambda',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands,
    '.SH GLOBAL OPTIONS',
    ...optionParts(GLOBAL_OPTIONS),
    '.SH EXIT STATUS',
    '.nf',
    escaped(topicText('exit-codes', PLAIN).trimEnd()),
    '.fi',
    '.SH SEE ALSO',
    `qw\\-lambda help \\fItopic\\fR: ${escaped(TOPIC_NAMES.join(', '))}`,
  ]
  return `${parts.join('\n')}\n`
}

function commandPart(entry: CommandEntry, command: AnyCommand): string {
  const { words, aliases = [], summary } = entry
  const args = (command.args ?? []).map(([notation]) => ` \\fI${escaped(notation)}\\fR`).join('')
  const also = aliases.length === 0 ? [] : [`Also: ${escaped(aliases.join(', '))}.`]
  const more = command.description === undefined ? [] : ['.PP', escaped(command.description)]
  const examples =
    command.examples === undefined
      ? []
      : ['.PP', 'Examples:', '.PP', '.nf', ...command.examples.map(escaped), '.fi']
  return [
    `.SS "qw\\-lambda ${escaped(words.join(' '))}"`,
    `.B qw\\-lambda ${escaped(words.join(' '))}${args}`,
    '.PP',
    `${escaped(capital(summary))}.`,
    ...also,
    ...more,
    ...optionParts(command.options),
    ...examples,
  ].join('\n')
}

function optionParts(options: OptionSpecs): string[] {
  return Object.values(options).flatMap((spec: OptionSpec<unknown>) => {
    const choices = spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`
    return ['.TP', `.B ${escaped(spec.flags)}`, escaped(`${capital(spec.help)}${choices}.`)]
  })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Signs that roff reads as its own; a line may not begin with a dot or a quote. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
    .replaceAll(/[^\n -~]/gu, (sign) => `\\[u${hexOf(sign)}]`)
    .replaceAll('\n\n', '\n.PP\n')
}

function hexOf(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
