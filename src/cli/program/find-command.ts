import type { RunCommand } from '../command/context.ts'
import { EXIT } from '../command/exit-codes.ts'
import { QwError } from '../../engine/errors.ts'
import { type CommandEntry, COMMANDS } from './registry.ts'

/** The command that the words of a command line begin with; the longest name wins. */
export function findCommand(words: readonly string[]): CommandEntry | undefined {
  const matches = (entry: CommandEntry): boolean =>
    entry.words.every((word, i) => {
      const isLast = i === entry.words.length - 1
      return words[i] === word || (isLast && (entry.aliases ?? []).includes(words[i] ?? ''))
    })
  return [...COMMANDS].toSorted((a, b) => b.words.length - a.words.length).find(matches)
}

/** What commands get as `context.runCommand`. */
export const runCommand: RunCommand = async (name, { context, args = [], options = {} }) => {
  const entry = findCommand(name.split(' '))
  if (entry === undefined) throw new QwError('internal', `there is no command ${name}`)
  return (await (await entry.load()).invoke(context, args, options)) ?? EXIT.ok
}
