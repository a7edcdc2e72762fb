import type { OptionSpecs } from '../command/option.ts'

/**
 * The command line with values that begin with a dash attached to their option: `-Q -price:3` becomes
 * `--query=-price:3`. The parser would take such a value for a bundle of short flags, since options
 * stand on either side of the command's name.
 */
export function attachValues(argv: readonly string[], specs: OptionSpecs): string[] {
  const longName = new Map<string, string>()
  for (const { flags } of Object.values(specs)) {
    const long = /--[a-z][a-z-]*/.exec(flags)?.[0]
    if (long === undefined || !flags.includes('<')) continue
    longName.set(long, long)
    const short = /^-[a-zA-Z](?=,)/.exec(flags)?.[0]
    if (short !== undefined) longName.set(short, long)
  }
  const words: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') return [...words, ...argv.slice(i)]
    const value = argv[i + 1]
    const long = longName.get(word)
    const isDashed = value !== undefined && /^-[^-]/.test(value)
    if (long !== undefined && isDashed) {
      words.push(`${long}=${value}`)
      i++
    } else words.push(word)
  }
  return words
}
