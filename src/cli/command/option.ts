import { QwError } from '../../engine/errors.ts'
import { parseDuration } from '../../engine/dates/duration.ts'

/**
 * One command-line option as a value: its commander flags, its help line and the parser that turns
 * the text into a typed value. An absent option is `undefined` unless it has a default.
 */
export interface OptionSpec<T> {
  readonly flags: string
  readonly help: string
  readonly takesValue: boolean
  readonly choices?: readonly string[]
  readonly defaultText?: string
  /** Given again it adds to what was given before, with a comma between. */
  readonly isRepeatable?: boolean
  parse(text: string): T
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>

export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]: (S[K] extends OptionSpec<infer T> ? T : never) | undefined
}

export function flag(flags: string, help: string): OptionSpec<boolean> {
  return { flags, help, takesValue: false, parse: () => true }
}

/** `mayBeEmpty`: nothing is a value too. Elsewhere it is a shell variable that was not set. */
export function text(flags: string, help: string, mayBeEmpty = false): OptionSpec<string> {
  return {
    flags,
    help,
    takesValue: true,
    parse(value) {
      // An optional value, `[…]`, is empty where it is left out.
      if (value.trim() !== '' || mayBeEmpty || flags.includes('[')) return value
      throw new QwError('invalid', `${longName(flags)} is empty`, {
        code: 'USAGE',
        why: 'a shell variable that is not set leaves nothing between the quotes',
        fix: `give ${longName(flags)} a value, or leave it out`,
      })
    },
  }
}

export function choice<const C extends string>(
  flags: string,
  help: string,
  choices: readonly C[],
): OptionSpec<C> {
  return {
    flags,
    help,
    takesValue: true,
    choices,
    parse(value) {
      const found = choices.find((candidate) => candidate === value)
      if (found === undefined) {
        throw badValue(flags, value, `one of ${choices.join(', ')}`)
      }
      return found
    },
  }
}

export function integer(
  flags: string,
  help: string,
  minimum = 0,
  maximum = Number.MAX_SAFE_INTEGER,
): OptionSpec<number> {
  return {
    flags,
    help,
    takesValue: true,
    parse(value) {
      const number = Number(value.replaceAll('_', ''))
      if (!Number.isSafeInteger(number) || number < minimum || number > maximum) {
        const bounds =
          maximum < Number.MAX_SAFE_INTEGER
            ? `from ${minimum} to ${maximum}`
            : `of at least ${minimum}`
        throw badValue(flags, value, `a whole number ${bounds}`)
      }
      return number
    },
  }
}

export function decimal(flags: string, help: string): OptionSpec<number> {
  return {
    flags,
    help,
    takesValue: true,
    parse(value) {
      const number = Number(value)
      if (value.trim() === '' || !Number.isFinite(number)) throw badValue(flags, value, 'a number')
      return number
    },
  }
}

/** `a,b,c`; empty parts are dropped. */
export function list(flags: string, help: string): OptionSpec<readonly string[]> {
  return {
    flags,
    help,
    takesValue: true,
    isRepeatable: true,
    parse: (value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
  }
}

/** `90s`, `15m`, `2h`, `7d`; `none` is Infinity. */
export function duration(flags: string, help: string): OptionSpec<number> {
  return {
    flags,
    help,
    takesValue: true,
    parse(value) {
      if (value === 'none') return Infinity
      const ms = parseDuration(value)
      if (ms === undefined) throw badValue(flags, value, 'a duration such as 90s, 15m, 2h or 7d')
      return ms
    },
  }
}

/** A duration that may be left out: `--watch`, `--watch 10s`. */
export function optionalDuration(flags: string, help: string, bareMs: number): OptionSpec<number> {
  const spec = duration(flags, help)
  return { ...spec, parse: (value) => (value === '' ? bareMs : spec.parse(value)) }
}

function badValue(flags: string, value: string, expected: string): QwError {
  return new QwError('invalid', `${longName(flags)} takes ${expected}, not \`${value}\``, {
    code: 'USAGE',
  })
}

function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags
}
