import type { Color, Style } from './style.ts'
import { visible } from './visible.ts'

/** The values of a field that are drawn beside or above each other, and how they are told apart. */
export interface SeriesLook {
  readonly series: readonly string[]
  readonly colors: readonly Color[]
  readonly style: Style
}

const COLORS: readonly Color[] = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red']
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Some series have a colour of themselves; the others get what is left. */
export function seriesLook(
  series: readonly string[],
  own: readonly (Color | undefined)[],
  style: Style,
): SeriesLook {
  const taken = new Set(own)
  const left = COLORS.filter((color) => !taken.has(color))
  let next = 0
  const colors = series.map((_, i) => own[i] ?? left[next++ % left.length] ?? 'white')
  return { series, colors, style }
}

/** Cells of a series; the index behind the last one is the rest. With colour they are `block`; without,
 *  the series' letter, so that nothing depends on colour. */
export function seriesCells(index: number, block: string, look: SeriesLook): string {
  const { series, colors, style } = look
  const isRest = index >= series.length
  if (!style.colored) return (isRest ? '.' : (LETTERS[index] ?? '?')).repeat(block.length)
  return isRest ? style.paint.dim(block) : style.paint[colors[index] ?? 'white'](block)
}

/** `█ error`, `█ info`, `░ other` */
export function legendMarks(look: SeriesLook, hasRest: boolean): string[] {
  const { series, style } = look
  const [block, rest] = style.ascii ? ['#', '#'] : ['█', '░']
  const marks = series.map((name, i) => `${seriesCells(i, block, look)} ${visible(name, style)}`)
  return hasRest ? [...marks, `${seriesCells(series.length, rest, look)} other`] : marks
}
