/**
 * A query with one clause more, or less. A query that is a chain of `AND`, as clicks make it, stays one;
 * anything else is put into parentheses, which never changes what it means.
 */
export function withClause(query: string, clause: string, mode: 'include' | 'exclude'): string {
  const clauses = clausesOf(query)
  const wanted = mode === 'include' ? clause : `NOT ${clause}`
  const opposite = mode === 'include' ? `NOT ${clause}` : clause
  const others = clauses.filter((each) => each !== opposite && each !== wanted)
  const place = clauses.findIndex((each) => each === opposite || each === wanted)
  return others.toSpliced(place < 0 ? others.length : place, 0, wanted).join(' AND ')
}

/** Whether the clause stands in the query as it is or negated; undefined when it does not. */
export function clauseMode(query: string, clause: string): 'include' | 'exclude' | undefined {
  const clauses = clausesOf(query)
  if (clauses.includes(clause)) return 'include'
  return clauses.includes(`NOT ${clause}`) ? 'exclude' : undefined
}

/** Without the clause, negated or not. `*` when nothing is left. */
export function withoutClause(query: string, clause: string): string {
  const left = clausesOf(query).filter((each) => each !== clause && each !== `NOT ${clause}`)
  return left.length === 0 ? '*' : left.join(' AND ')
}

/** The clauses of a chain of `AND`; the query as a group of its own where it is none. */
function clausesOf(query: string): string[] {
  const text = query.trim()
  if (text === '' || text === '*') return []
  return chainOf(text) ?? [`(${text})`]
}

const QUOTED = String.raw`"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`
const NAME = String.raw`(?:[\w.@-]|\\[^])+:`
const RANGE = String.raw`\[[^\s{}"[\]()]+ TO [^\s{}"[\]()]+\]`
const LEAF = new RegExp(
  String.raw`(?:NOT )?(?:${NAME}(?:${RANGE}|\*|-\d[\w.]*)|(?:${NAME})?(?:${QUOTED}|\w[\w.@-]*))(?= AND |$)`,
  'y',
)
const RESERVED = /^(?:NOT )?(?:AND|OR|NOT|IN|TO)$/

/** Undefined for whatever might mean something else. */
function chainOf(text: string): string[] | undefined {
  const clauses: string[] = []
  let place = 0
  for (;;) {
    const end = clauseEnd(text, place)
    if (end === undefined) return undefined
    clauses.push(text.slice(place, end))
    if (end === text.length) return clauses
    if (!text.startsWith(' AND ', end)) return undefined
    place = end + ' AND '.length
  }
}

/** Where the leaf or group that begins here ends. */
function clauseEnd(text: string, start: number): number | undefined {
  const open = text.startsWith('NOT (', start) ? start + 'NOT '.length : start
  if (text[open] === '(') return groupEnd(text, open)
  LEAF.lastIndex = start
  const leaf = LEAF.exec(text)?.[0]
  return leaf === undefined || RESERVED.test(leaf) ? undefined : start + leaf.length
}

const GROUP_PART = new RegExp(String.raw`${QUOTED}|[^()"'\\/]|\\[^]|(?<=[\w.])/`, 'y')

/** Past the parenthesis that closes; undefined where a regex may hide one. */
function groupEnd(text: string, start: number): number | undefined {
  let depth = 0
  let place = start
  while (place < text.length) {
    const char = text[place]
    if (char === '(' || char === ')') {
      depth += char === '(' ? 1 : -1
      place++
      if (depth === 0) return place
      continue
    }
    GROUP_PART.lastIndex = place
    const part = GROUP_PART.exec(text)?.[0]
    if (part === undefined) return undefined
    place += part.length
  }
  return undefined
}
