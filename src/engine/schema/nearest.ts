import { elementAt } from '../bytes/element-at.ts'
import { QwError } from '../errors.ts'

/** Up to `count` of `names` most like `wanted`, best first; ties in the order given. */
export function nearestNames(wanted: string, names: Iterable<string>, count: number): string[] {
  const lowered = wanted.toLowerCase()
  const scored: { name: string; distance: number }[] = []
  for (const name of names) scored.push({ name, distance: distanceOf(lowered, name.toLowerCase()) })
  scored.sort((a, b) => a.distance - b.distance)
  return scored.slice(0, count).map(({ name }) => name)
}

/** The name that was probably meant: undefined when none is close enough to be worth saying. */
export function probablyMeant(wanted: string, names: Iterable<string>): string | undefined {
  const [best] = nearestNames(wanted, names, 1)
  if (best === undefined) return undefined
  const allowed = Math.max(1, Math.floor(Math.min(wanted.length, best.length) / 3))
  return distanceOf(wanted.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined
}

/** The error of every request that names a field which the index does not have. */
export function unknownField(
  path: string,
  schema: { nearest(path: string): readonly string[] },
): QwError {
  const shown = path.length > MAX_SHOWN_CHARS ? `${path.slice(0, MAX_SHOWN_CHARS)}…` : path
  const fix = nearestHint(schema.nearest(path)) ?? 'the index declares no fields'
  return new QwError('invalid', `field does not exist: \`${shown}\``, { code: 'QUERY-FIELD', fix })
}

/** How every error says which names may have been meant; undefined for none. */
export function nearestHint(names: readonly string[]): string | undefined {
  return names.length === 0
    ? undefined
    : `nearest: ${names.map((name) => `\`${name}\``).join(', ')}`
}

const MAX_SHOWN_CHARS = 60

/** Texts beyond this length are compared by their beginning: the cost is quadratic. */
const MAX_COMPARED_CHARS = 64

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function distanceOf(a: string, b: string): number {
  const left = a.slice(0, MAX_COMPARED_CHARS)
  const right = b.slice(0, MAX_COMPARED_CHARS)
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, i) => i)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1]
      let cost = Math.min(
        elementAt(last, j) + 1,
        elementAt(row, j - 1) + 1,
        elementAt(last, j - 1) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      if (swapped) cost = Math.min(cost, elementAt(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return elementAt(last, right.length)
}
