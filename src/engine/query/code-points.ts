import { elementAt } from '../bytes/element-at.ts'

/**
 * Sets of code points as sorted, disjoint, non-adjacent pairs [first, last, first, last, …], both
 * inclusive.
 */
export type CodePoints = readonly number[]

const LAST = 0x10ffff
const PLANE = 0x10000

export const ANY: CodePoints = [0, LAST]
export const ANY_BUT_NEWLINE: CodePoints = [0, 9, 11, LAST]

/** How a pattern's letters compare with a term's. */
export type CaseFolding =
  | 'exact'
  | 'ignoreCase'
  /** Like ignoreCase, knowing that terms hold no upper case: keeps literal prefixes useful. */
  | 'lowercaseTerms'

export function unionOf(pairs: readonly number[]): CodePoints {
  const ranges: [number, number][] = []
  for (let i = 0; i < pairs.length; i += 2)
    ranges.push([elementAt(pairs, i), elementAt(pairs, i + 1)])
  ranges.sort((a, b) => a[0] - b[0])
  const merged: number[] = []
  for (const [first, last] of ranges) {
    const end = merged.at(-1)
    if (end !== undefined && first <= end + 1) merged[merged.length - 1] = Math.max(end, last)
    else merged.push(first, last)
  }
  return merged
}

export function complementOf(set: CodePoints): CodePoints {
  const gaps: number[] = []
  let next = 0
  for (let i = 0; i < set.length; i += 2) {
    const first = elementAt(set, i)
    if (first > next) gaps.push(next, first - 1)
    next = elementAt(set, i + 1) + 1
  }
  if (next <= LAST) gaps.push(next, LAST)
  return gaps
}

export function hasCodePoint(set: CodePoints, codePoint: number): boolean {
  let low = 0
  let high = set.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (elementAt(set, 2 * middle + 1) < codePoint) low = middle + 1
    else high = middle
  }
  const first = set[2 * low]
  return first !== undefined && first <= codePoint
}

export function fold(set: CodePoints, folding: CaseFolding): CodePoints {
  if (folding === 'exact' || set === ANY) return set
  const variants = [...set]
  const table = caseTable()
  for (let i = 0; i < set.length; i += 2) {
    const last = elementAt(set, i + 1)
    let at = lowerBound(table.cased, elementAt(set, i))
    for (; at < table.cased.length; at++) {
      const codePoint = elementAt(table.cased, at)
      if (codePoint > last) break
      for (const variant of table.variants.get(foldKey(codePoint)) ?? []) {
        variants.push(variant, variant)
      }
    }
  }
  const folded = unionOf(variants)
  return folding === 'ignoreCase' ? folded : withoutUpperCase(folded)
}

/** Small sets only need it: a class keeps its upper case, which no term can reach anyway. */
function withoutUpperCase(set: CodePoints): CodePoints {
  const kept: number[] = []
  for (let i = 0; i < set.length; i += 2) {
    const first = elementAt(set, i)
    const last = elementAt(set, i + 1)
    if (first !== last || toLower(first) === first) kept.push(first, last)
  }
  return kept
}

interface CaseTable {
  readonly cased: readonly number[]
  readonly variants: ReadonlyMap<number, readonly number[]>
}

let caseTableOnce: CaseTable | undefined

function caseTable(): CaseTable {
  if (caseTableOnce !== undefined) return caseTableOnce
  const cased: number[] = []
  const variants = new Map<number, number[]>()
  const pairs = unicodeProperty('Changes_When_Casemapped') ?? []
  for (let i = 0; i < pairs.length; i += 2) {
    const last = elementAt(pairs, i + 1)
    for (let codePoint = elementAt(pairs, i); codePoint <= last; codePoint++) {
      cased.push(codePoint)
      const key = foldKey(codePoint)
      const members = variants.get(key)
      if (members === undefined) variants.set(key, [codePoint])
      else members.push(codePoint)
    }
  }
  caseTableOnce = { cased, variants }
  return caseTableOnce
}

/** Dotless i is upper case I in Turkish only. */
const DOTLESS_I = 0x131

function foldKey(codePoint: number): number {
  if (codePoint === DOTLESS_I) return DOTLESS_I
  return toLower(single(String.fromCodePoint(codePoint).toUpperCase()) ?? codePoint)
}

function toLower(codePoint: number): number {
  return single(String.fromCodePoint(codePoint).toLowerCase()) ?? codePoint
}

function single(text: string): number | undefined {
  const codePoint = text.codePointAt(0) ?? 0
  return text.length === (codePoint < PLANE ? 1 : 2) ? codePoint : undefined
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (elementAt(sorted, middle) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** The set of a Unicode property such as `L`, `Greek` or `Script=Greek`; undefined when unknown. */
export function unicodeProperty(name: string): CodePoints | undefined {
  if (!/^\w+(=\w+)?$/.test(name)) return undefined
  return unicodeClass(`\\p{${name}}`) ?? unicodeClass(`\\p{Script=${name}}`)
}

const classes = new Map<string, CodePoints | undefined>()

/** The set of a RegExp class written without its brackets. */
export function unicodeClass(source: string): CodePoints | undefined {
  if (!classes.has(source)) classes.set(source, scan(source))
  return classes.get(source)
}

/** Runs of matching code points, found by letting a RegExp walk over each plane as one text. */
function scan(source: string): CodePoints | undefined {
  let pattern: RegExp
  try {
    pattern = new RegExp(`[${source}]+`, 'gu')
  } catch {
    return undefined
  }
  const pairs: number[] = []
  for (const [start, end] of [[0, 0xd800], [0xe000, PLANE], ...planesFrom(1)] as const) {
    const unitsEach = start < PLANE ? 1 : 2
    if (isUniform(start)) {
      if (String.fromCodePoint(start).search(pattern) === 0) pairs.push(start, end - 1)
      continue
    }
    for (const { index, 0: run } of textOf(start, end).matchAll(pattern)) {
      const first = start + index / unitsEach
      pairs.push(first, first + run.length / unitsEach - 1)
    }
  }
  return unionOf(pairs)
}

/** Whole planes, the two noncharacters at the end of each apart. */
function planesFrom(first: number): [start: number, end: number][] {
  const planes: [number, number][] = []
  for (let start = first * PLANE; start <= LAST; start += PLANE) {
    planes.push([start, start + PLANE - 2], [start + PLANE - 2, start + PLANE])
  }
  return planes
}

/** Planes of which Unicode assigns nothing or everything alike: one look answers for all. */
function isUniform(start: number): boolean {
  const plane = Math.floor(start / PLANE)
  return plane > 3 && plane !== 14
}

function textOf(start: number, end: number): string {
  const chunk = 4096
  let text = ''
  for (let from = start; from < end; from += chunk) {
    const length = Math.min(chunk, end - from)
    text += String.fromCodePoint(...Array.from({ length }, (_, i) => from + i))
  }
  return text
}
