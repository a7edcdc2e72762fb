/** How many of some clauses have to match: a number, a percentage, or either depending on how many there
 *  are (`2<75% 9<-3`). Negative: so many may be missing. */
export interface MinimumMatch {
  /** Used where no condition holds; undefined: all have to match. */
  readonly otherwise: Share | undefined
  /** Each holds for more clauses than `above`, ascending; the last that holds counts. */
  readonly conditions: readonly { readonly above: number; readonly share: Share }[]
}

interface Share {
  readonly size: number
  readonly isPercent: boolean
}

const CONDITION = /^(\d{1,9})<(-?\d{1,9}%?)$/

/** Undefined for anything that is no such number. */
export function parseMinimumMatch(value: unknown): MinimumMatch | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { otherwise: { size: value, isPercent: false }, conditions: [] }
      : undefined
  }
  if (typeof value !== 'string') return undefined
  const alone = parseShare(value.trim())
  if (alone !== undefined) return { otherwise: alone, conditions: [] }
  const conditions: MinimumMatch['conditions'][number][] = []
  const sides = value.split('<').map((side) => side.trim())
  for (const part of sides.join('<').split(/\s+/)) {
    const [, above, text = ''] = CONDITION.exec(part) ?? []
    const share = parseShare(text)
    if (above === undefined || share === undefined) return undefined
    conditions.push({ above: Number(above), share })
  }
  return { otherwise: undefined, conditions: conditions.toSorted((a, b) => a.above - b.above) }
}

function parseShare(text: string): Share | undefined {
  const [, digits, percent] = /^(-?\d{1,9})(%?)$/.exec(text) ?? []
  return digits === undefined ? undefined : { size: Number(digits), isPercent: percent === '%' }
}

/** Of `count` clauses; undefined when that is as good as nothing said. */
export function minimumOf(match: MinimumMatch, count: number): number | undefined {
  const share = match.conditions.findLast(({ above }) => count > above)?.share ?? match.otherwise
  if (share === undefined) return count
  const { size, isPercent } = share
  const number = isPercent ? Math.trunc((Math.abs(size) * count) / 100) : Math.abs(size)
  if (size >= 0) return number
  return number >= count ? undefined : count - number
}
