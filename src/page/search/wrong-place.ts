/** A query cut where it is wrong. */
interface WrongPlace {
  readonly before: string
  /** Empty at the end of the text. */
  readonly wrong: string
  readonly after: string
}

/** Of an error of the API. */
interface Mistake {
  readonly message: string
  readonly code: string | undefined
  readonly position: number | undefined
}

/** Characters that are shown on either side of the mistake. */
const CONTEXT = 60

/** Around `position` (UTF-16 units from 0); `length` of what is wrong, one character unless known. */
export function wrongPlace(text: string, position: number, length = 1): WrongPlace {
  const at = Math.max(0, Math.min(position, text.length))
  // A character that takes two units is marked whole.
  const one = String.fromCodePoint(text.codePointAt(at) ?? 0).length
  const end = Math.min(text.length, at + Math.max(length, one))
  const from = Math.max(0, at - CONTEXT)
  const to = Math.min(text.length, end + CONTEXT)
  return {
    before: (from > 0 ? '…' : '') + text.slice(from, at),
    wrong: text.slice(at, end),
    after: text.slice(end, to) + (to < text.length ? '…' : ''),
  }
}

/** Where in the query a mistake is: of a regular expression the API counts from its own beginning. */
export function placeInQuery({ message, code, position }: Mistake, query: string) {
  if (position === undefined || code !== 'QWL-QUERY-REGEX') return position
  const [, pattern] = /^failed to parse regex `(.*)`: /s.exec(message) ?? []
  const at = pattern === undefined ? -1 : query.indexOf(`/${pattern}/`)
  return at === -1 ? undefined : at + 1 + position
}

/** The reason alone: the query stands beside it. */
export function reasonOf(message: string, query: string): string {
  const opening = `failed to parse query: \`${query}\`: `
  return message.startsWith(opening) ? message.slice(opening.length) : message
}
