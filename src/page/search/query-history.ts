import { stored, store } from '../state/store.ts'

const MAX_KEPT = 50

/** What was asked in this browser, the latest first. */
export function queryHistory(): readonly string[] {
  return readHistory(stored('history'))
}

export function rememberQuery(query: string): void {
  store('history', JSON.stringify(withQuery(queryHistory(), query)))
}

/** Of what the browser keeps, which may be anything. */
export function readHistory(text: string | undefined): readonly string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/** A query once, at the top; those that were asked longest ago are forgotten. */
export function withQuery(history: readonly string[], query: string): readonly string[] {
  const asked = query.trim()
  if (asked === '' || asked === '*') return history
  return [asked, ...history.filter((each) => each !== asked)].slice(0, MAX_KEPT)
}
