import { isJsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import type { Style } from '../format/style.ts'

/** Field to fragments, one record a hit; empty where none were asked for. */
export type HitSnippets = Readonly<Record<string, readonly string[]>>

export function snippetsOf(response: JsonValue): HitSnippets[] {
  const snippets = isJsonObject(response) ? response['snippets'] : undefined
  if (!Array.isArray(snippets)) return []
  return snippets.map((ofHit) => {
    const entries = isJsonObject(ofHit) ? Object.entries(ofHit) : []
    return Object.fromEntries(
      entries.map(([field, fragments]) => [
        field,
        Array.isArray(fragments) ? fragments.filter((f): f is string => typeof f === 'string') : [],
      ]),
    )
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&#x2F;': '/',
  '&amp;': '&',
}

/** The engine's HTML fragments for a screen: matches bold, or in «…» where there is no colour. */
export function snippetText(fragments: readonly string[], style: Style): string {
  const [open, close] = style.ascii ? ['<<', '>>'] : ['«', '»']
  const mark = (text: string): string =>
    style.colored ? style.paint.bold(text) : `${open}${text}${close}`
  return fragments
    .map((fragment) =>
      fragment
        .split(/<b>(.*?)<\/b>/s)
        .map((part, i) => (i % 2 === 1 ? mark(plain(part)) : plain(part)))
        .join(''),
    )
    .join(style.ascii ? ' ... ' : ' … ')
}

function plain(html: string): string {
  return html.replaceAll(
    /&(?:lt|gt|quot|amp|#x27|#39|#x2F);/g,
    (entity) => ENTITIES[entity] ?? entity,
  )
}
