import type { OutputFormat } from '../command/command.ts'
import { highlighterFor, NO_HIGHLIGHT, type Highlighter } from './highlight.ts'
import type { HitsFormat, HitsView } from './hits-view.ts'
import type { Question } from './question.ts'
import type { SearchSession } from './session.ts'

/** How hits are shown, from the flags and the terminal. */
export function hitsView(session: SearchSession, question: Question | undefined): HitsView {
  const { context, options, facts, zone } = session
  return {
    format: hitsFormat(context.format),
    fields: options.fields ?? [],
    facts,
    zone,
    longCells: options.wrap === true ? 'wrap' : options.truncate === false ? 'whole' : 'cut',
    highlight: highlighter(session, question),
  }
}

function highlighter(
  { context, options, facts }: SearchSession,
  question: Question | undefined,
): Highlighter {
  const { style, isTerminal } = context.out
  const isWanted = options.highlight !== false && isTerminal && style.colored
  if (!isWanted || question === undefined) return NO_HIGHLIGHT
  const defaults =
    question.searchFields.length > 0 ? question.searchFields : (facts?.defaultSearchFields ?? [])
  return highlighterFor(question.ast, defaults, (text) => style.paint.bold(text))
}

function hitsFormat(format: OutputFormat): HitsFormat {
  return format === 'json' ? 'ndjson' : format
}
