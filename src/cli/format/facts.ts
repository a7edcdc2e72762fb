import type { Output } from './streams.ts'
import { visible } from './visible.ts'

/** A name and what there is to say about it; an empty name goes on under the one above. */
export type Fact = readonly [name: string, text: string]

const GAP = 2
/** Narrower than this nothing is gained by wrapping. */
const MIN_TEXT = 20

/** Names dimmed on the left, texts wrapped beside them; `name<tab>text` where nothing has to fit. */
export function drawFacts(given: readonly Fact[], out: Output): string {
  if (!out.isTerminal) return given.map(([name, text]) => `${name}\t${text}\n`).join('')
  const facts = given.map(([name, text]): Fact => [
    visible(name, out.style),
    visible(text, out.style),
  ])
  const nameWidth = Math.max(...facts.map(([name]) => widthOf(name))) + GAP
  const textWidth = Math.max(MIN_TEXT, out.columns - nameWidth)
  return facts
    .flatMap(([name, text]) =>
      wrapWords(text, textWidth).map((line, i) => {
        const label = i === 0 ? name : ''
        const padding = ' '.repeat(nameWidth - widthOf(label))
        return `${out.style.paint.dim(label)}${padding}${line}\n`
      }),
    )
    .join('')
}

/** `a · b · c`, broken between the facts where a line would be wider than the screen. */
export function factLine(facts: readonly string[], columns: number): string {
  const lines: string[] = []
  let line = ''
  for (const fact of facts) {
    const next = line === '' ? fact : `${line} · ${fact}`
    if (line !== '' && widthOf(next) > columns) {
      lines.push(line)
      line = fact
    } else line = next
  }
  return [...lines, line].join('\n')
}

/** Lines of at most `width` columns where words allow it; one longer word stays whole. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const next = line === '' ? word : `${line} ${word}`
    if (widthOf(next) > width && line !== '') {
      lines.push(line)
      line = word
    } else line = next
  }
  return [...lines, line]
}

/**
 * Columns of our own words, names and paths. The exact measure, which tables of user data need, takes
 * 13 ms to load.
 */
function widthOf(text: string): number {
  // The escapes that colour writes.
  // oxlint-disable-next-line no-control-regex
  return Array.from(text.replaceAll(/\u001B\[[\d;]*m/g, '')).length
}
