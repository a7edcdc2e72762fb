import { Chalk } from 'chalk'
import { marked } from './visible.ts'

export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white'

/** Colours whose sequences carry our mark (visible.ts). */
type Paint = Readonly<Record<'bold' | 'dim' | Color, (text: string) => string>>

/** Colour and character set of one stream; stdout and stderr are judged apart. */
export interface Style {
  readonly paint: Paint
  readonly colored: boolean
  readonly ascii: boolean
}

export type ColorChoice = 'auto' | 'always' | 'never'

interface StyleFacts {
  readonly isTerminal: boolean
  readonly choice: ColorChoice
  readonly ascii: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

export function styleFor(facts: StyleFacts): Style {
  const colored = wantsColor(facts)
  return {
    paint: paintOf(colored ? colorLevel(facts.env) : 0),
    colored,
    ascii: facts.ascii || facts.env['QWL_ASCII'] === '1' || !isUtf8Locale(facts.env),
  }
}

function paintOf(level: 0 | 1 | 2 | 3): Paint {
  const chalk = new Chalk({ level })
  const painter = (color: keyof Paint): ((text: string) => string) => {
    // The sequences alone are marked: a text that is painted may hold some of its own.
    const [open = '', close = ''] = chalk[color](' ').split(' ').map(marked)
    if (open === '') return (text) => text
    const line = (text: string): string =>
      text === '' ? '' : open + text.replaceAll(close, close + open) + close
    // Each line by itself: some pagers and terminals end a colour at the line's end.
    return (text) => text.split('\n').map(line).join('\n')
  }
  return {
    bold: painter('bold'),
    dim: painter('dim'),
    red: painter('red'),
    green: painter('green'),
    yellow: painter('yellow'),
    blue: painter('blue'),
    magenta: painter('magenta'),
    cyan: painter('cyan'),
    white: painter('white'),
  }
}

function wantsColor({ choice, env, isTerminal }: StyleFacts): boolean {
  if (choice !== 'auto') return choice === 'always'
  if ((env['NO_COLOR'] ?? '') !== '') return false
  if (isForced(env['FORCE_COLOR']) || isForced(env['CLICOLOR_FORCE'])) return true
  if (env['FORCE_COLOR'] === '0' || env['CLICOLOR'] === '0' || env['TERM'] === 'dumb') return false
  return isTerminal
}

function isForced(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

function colorLevel(env: StyleFacts['env']): 1 | 2 | 3 {
  if (env['COLORTERM'] === 'truecolor' || env['COLORTERM'] === '24bit') return 3
  return (env['TERM'] ?? '').includes('256') ? 2 : 1
}

/** Without any locale variable the terminal is taken to be UTF-8: containers rarely set one. */
function isUtf8Locale(env: StyleFacts['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((v) => (v ?? '') !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}
