import { elementAt } from '../bytes/element-at.ts'
import { QwError } from '../errors.ts'
import { hasCodePoint, type CodePoints } from './code-points.ts'
import { MAX_PATTERN_STATES } from './limits.ts'
import type { PatternNode } from './regex-syntax.ts'

/** Cells of cached states, after which the cache starts again: a few megabytes. */
const MAX_CACHE_CELLS = 1_000_000
const MAX_PREFIX_CHARS = 255
const UNKNOWN = -1
const DEAD = 0

/** A set of places in the pattern. */
interface CachedState {
  readonly places: readonly number[]
  readonly accepts: boolean
}

/**
 * Matches whole terms in time linear in their length: the pattern becomes a nondeterministic automaton
 * whose sets of places are made deterministic as terms need them.
 */
export class PatternAutomaton {
  /** Places visited and characters read so far: what matching costs, independent of the clock. */
  work = 0
  /** What a place reads; undefined for junctions and the end, which read nothing. */
  readonly #sets: (CodePoints | undefined)[] = []
  readonly #outs: number[][] = []
  readonly #accept: number
  readonly #start: number
  readonly #classes: CharacterClasses
  readonly #states: CachedState[] = []
  readonly #stateByKey = new Map<string, number>()
  /** Moves found so far, a row for each state: by class of character the next state, or UNKNOWN. */
  #moves = new Int32Array(0)
  #startState: number | undefined
  #cells = 0

  constructor(pattern: PatternNode) {
    if (sizeOf(pattern) > MAX_PATTERN_STATES) {
      throw new QwError('tooLarge', `the pattern needs more than ${MAX_PATTERN_STATES} states`, {
        code: 'QUERY-LIMIT',
        fix: 'shorten it or lower its repetition counts',
      })
    }
    this.#accept = this.#place(undefined, [])
    this.#start = this.#build(pattern, this.#accept)
    this.#classes = new CharacterClasses(this.#sets.filter((set) => set !== undefined))
    this.#reset()
  }

  /** `term` in UTF-8. */
  matches(term: Uint8Array): boolean {
    const classCount = this.#classes.count
    const { ascii } = this.#classes
    let at = this.#startState ?? this.#enter()
    let i = 0
    while (i < term.length && at !== DEAD) {
      const byte = term[i] as number
      let characterClass = ascii[byte]
      if (characterClass === undefined) {
        characterClass = this.#classes.of(codePointAt(term, i))
        i += byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      } else i++
      const next = this.#moves[at * classCount + characterClass] ?? UNKNOWN
      at = next === UNKNOWN ? this.#move(at, characterClass) : next
    }
    this.work += i
    return this.#states[at]?.accepts ?? false
  }

  /** The characters with which every matching term starts, as far as only one can come next. */
  literalPrefix(): string {
    let prefix = ''
    let places = this.#closure([this.#start])
    while (prefix.length < MAX_PREFIX_CHARS && !places.includes(this.#accept)) {
      const [first] = places
      const set = first === undefined ? undefined : this.#sets[first]
      const codePoint = set?.[0]
      const isForced = places.every((place) => {
        const pair = this.#sets[place] ?? []
        return pair.length === 2 && pair[0] === codePoint && pair[1] === codePoint
      })
      if (codePoint === undefined || !isForced) break
      prefix += String.fromCodePoint(codePoint)
      places = this.#closure(places.flatMap((place) => this.#outs[place] ?? []))
    }
    return prefix
  }

  #place(set: CodePoints | undefined, outs: number[]): number {
    this.#sets.push(set)
    return this.#outs.push(outs) - 1
  }

  /** Places for `node` that lead to `next`; returns where to enter. */
  #build(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'set':
        return this.#place(node.set, [next])
      case 'concat':
        return node.parts.reduceRight((entry, part) => this.#build(part, entry), next)
      case 'alternatives':
        return this.#place(
          undefined,
          node.parts.map((part) => this.#build(part, next)),
        )
      case 'repeat':
        return this.#buildRepeat(node, next)
    }
  }

  #buildRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, next: number): number {
    if (sizeOf(node.part) === 0) return next
    let entry = next
    if (node.max === Infinity) {
      const outs = [next]
      entry = this.#place(undefined, outs)
      outs.push(this.#build(node.part, entry))
    } else {
      for (let i = node.min; i < node.max; i++) {
        entry = this.#place(undefined, [next, this.#build(node.part, entry)])
      }
    }
    for (let i = 0; i < node.min; i++) entry = this.#build(node.part, entry)
    return entry
  }

  #reset(): void {
    this.#states.length = 0
    this.#stateByKey.clear()
    this.#moves.fill(UNKNOWN)
    this.#startState = undefined
    this.#cells = 0
    this.#intern([])
  }

  #enter(): number {
    this.#startState = this.#intern(this.#closure([this.#start]))
    return this.#startState
  }

  #move(from: number, characterClass: number): number {
    const state = this.#states[from]
    const sample = this.#classes.sample(characterClass)
    const reached: number[] = []
    for (const place of state?.places ?? []) {
      this.work++
      if (hasCodePoint(this.#sets[place] ?? [], sample)) reached.push(...(this.#outs[place] ?? []))
    }
    const places = this.#closure(reached)
    if (this.#cells > MAX_CACHE_CELLS) {
      this.#reset()
      return this.#intern(places)
    }
    const next = this.#intern(places)
    this.#moves[from * this.#classes.count + characterClass] = next
    return next
  }

  /** Every character-reading place (and the accepting one) that junctions lead to, sorted. */
  #closure(from: readonly number[]): number[] {
    const seen = new Set<number>(from)
    const places: number[] = []
    for (const place of seen) {
      this.work++
      if (place === this.#accept || this.#sets[place] !== undefined) places.push(place)
      else for (const out of this.#outs[place] ?? []) seen.add(out)
    }
    return places.sort((a, b) => a - b)
  }

  #intern(places: readonly number[]): number {
    const key = places.join()
    const known = this.#stateByKey.get(key)
    if (known !== undefined) return known
    this.#cells += this.#classes.count + places.length
    const index = this.#states.push({ places, accepts: places.includes(this.#accept) }) - 1
    this.#stateByKey.set(key, index)
    const end = (index + 1) * this.#classes.count
    if (end > this.#moves.length) {
      const moves = new Int32Array(end * 2).fill(UNKNOWN, this.#moves.length)
      moves.set(this.#moves)
      this.#moves = moves
    }
    return index
  }
}

/** Places that `node` becomes; Infinity when a count overflows. */
function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 1
    case 'concat':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0)
    case 'alternatives':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 1)
    case 'repeat': {
      const part = sizeOf(node.part)
      if (part === 0) return 0
      const optional = node.max === Infinity ? 1 : node.max - node.min
      return node.min * part + optional * (part + 1)
    }
  }
}

/** The character of two to four bytes that begins at `at`. */
function codePointAt(utf8: Uint8Array, at: number): number {
  const lead = utf8[at] as number
  const next = (offset: number): number => (utf8[at + offset] as number) & 0x3f
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | next(1)
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (next(1) << 6) | next(2)
  return ((lead & 0x07) << 18) | (next(1) << 12) | (next(2) << 6) | next(3)
}

/** Characters that no set of the pattern tells apart share a class. */
class CharacterClasses {
  /** First code point of each class, ascending. */
  readonly #starts: Uint32Array
  /** Classes of the characters that are one byte of UTF-8. */
  readonly ascii = new Uint16Array(128)

  constructor(sets: readonly CodePoints[]) {
    const starts = new Set([0])
    for (const set of new Set(sets)) {
      for (let i = 0; i < set.length; i += 2) {
        starts.add(elementAt(set, i))
        starts.add(elementAt(set, i + 1) + 1)
      }
    }
    this.#starts = Uint32Array.from(starts).sort()
    for (let i = 0; i < this.ascii.length; i++) this.ascii[i] = this.#search(i)
  }

  get count(): number {
    return this.#starts.length
  }

  of(codePoint: number): number {
    return this.ascii[codePoint] ?? this.#search(codePoint)
  }

  /** Any character of the class. */
  sample(characterClass: number): number {
    return elementAt(this.#starts, characterClass)
  }

  #search(codePoint: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] as number) <= codePoint) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
