import { relative } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import { probablyMeant } from '../../engine/schema/nearest.ts'
import type { RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { changeJsonFile } from '../command/settings-file.ts'
import { shellWord } from '../command/shell-word.ts'
import { SEARCH_OPTIONS, conflictsOf, flagOf, type OptionName } from './search-options.ts'

/** A search with a name, as its flags were typed: `{"query": "level:error", "since": "2h"}`. */
export interface SavedQuery {
  readonly name: string
  /** A file, or the template that it comes with. */
  readonly from: string
  readonly flags: SavedFlags
  /** What a template says of it. */
  readonly finds?: string
}

/** Long flags without their dashes; `true` for one without a value. */
type SavedFlags = Readonly<Record<string, string | number | boolean>>

/** What makes a search and how it is shown; not which way it takes, nor what happens with it. */
const KEPT: ReadonlySet<OptionName> = new Set<OptionName>([
  ...(['query', 'index', 'maxHits', 'since', 'until', 'from', 'to', 'sort'] as const),
  ...(['searchFields', 'count', 'fields', 'truncate', 'wrap', 'snippet', 'highlight'] as const),
  ...(['context', 'beforeContext', 'afterContext', 'timestamps'] as const),
  ...(['histogram', 'by', 'terms', 'stats', 'percentiles', 'aggs'] as const),
])

const NAME = /^[a-zA-Z][\w.-]{0,40}$/

/** Of the project file first, then of the user's own. */
export function savedQueries({ settings, cwd }: CliContext): SavedQuery[] {
  const files = [settings.project, settings.user].filter((file) => file !== undefined)
  const found = files.flatMap(({ path, document }) =>
    // Checked when the file was read.
    Object.entries((document['queries'] ?? {}) as Readonly<Record<string, SavedFlags>>).map(
      ([name, flags]): SavedQuery => ({ name, from: shownPath(path, cwd), flags }),
    ),
  )
  return [...new Map(found.toReversed().map((query) => [query.name, query])).values()].toReversed()
}

function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') && short.length > path.length ? path : short
}

/** `--save`: into the project file, for everybody who works with it; without one, the user's. */
export async function saveQuery(
  context: CliContext,
  name: string,
  typed: { readonly query: string; readonly raw: RawOptions },
): Promise<void> {
  if (!NAME.test(name)) {
    throw new QwError('invalid', `\`${name}\` is no name for a search`, {
      code: 'USAGE',
      fix: 'a letter, then up to 40 letters, digits and . _ -',
    })
  }
  const { settings, report, cwd } = context
  const file = settings.project ?? settings.user
  const path = settings.project?.path ?? settings.userPath
  const before = (file?.document['queries'] ?? {}) as Readonly<Record<string, SavedFlags>>
  const flags = flagsOf(typed.raw, typed.query)
  await changeJsonFile(path, { queries: { ...before, [name]: flags } })
  const was = before[name] === undefined ? '' : `, in place of: ${commandWords(before[name])}`
  report.note(`saved in ${shownPath(path, cwd)}${was}`)
  report.note(`qw-lambda search --saved ${name}`)
}

/** `--forget`. Throws `invalid` for a name that is in no file. */
export async function forgetQuery(context: CliContext, name: string): Promise<void> {
  const { settings, cwd } = context
  for (const file of [settings.project, settings.user]) {
    const queries = (file?.document['queries'] ?? {}) as Readonly<Record<string, SavedFlags>>
    if (file === undefined || queries[name] === undefined) continue
    const { [name]: gone, ...left } = queries
    const isLast = Object.keys(left).length === 0
    await changeJsonFile(file.path, { queries: isLast ? undefined : left })
    await context.out.write(
      `forgot ${name} in ${shownPath(file.path, cwd)}: ${commandWords(gone ?? {})}\n`,
    )
    return
  }
  throw unknownName(name, savedQueries(context))
}

export function unknownName(name: string, known: readonly SavedQuery[]): QwError {
  const nearest = probablyMeant(
    name,
    known.map((query) => query.name),
  )
  return new QwError('invalid', `no search is saved as \`${name}\``, {
    code: 'USAGE',
    fix:
      nearest === undefined
        ? 'see them: qw-lambda search --list-saved'
        : `did you mean ${nearest}? All of them: qw-lambda search --list-saved`,
  })
}

/**
 * A saved search and what was typed beside it, as if typed at once: both queries have to match, and a
 * flag that was typed takes the place of the same saved one and of those that it does not go with.
 */
export function mergedOptions(
  { flags, name, from }: SavedQuery,
  typed: { readonly query: string | undefined; readonly raw: RawOptions },
): { readonly query: string | undefined; readonly raw: RawOptions } {
  const saved = rawOf(flags, `${name} of ${from}`)
  const given = optionNames().filter((option) => isTyped(option, typed.raw))
  const dropped = new Set(given.flatMap((option) => [option, ...conflictsOf(option)]))
  const { query: savedQuery, ...rest } = saved
  const kept = Object.entries(rest).filter(([option]) => !dropped.has(option as OptionName))
  const raw = { ...typed.raw, query: undefined, ...Object.fromEntries(kept) }
  const typedQuery = typed.query ?? (typed.raw['query'] as string | undefined)
  return { query: bothQueries(savedQuery, typedQuery), raw }
}

function bothQueries(saved: unknown, typed: string | undefined): string | undefined {
  const queries = [saved, typed].filter(
    (query): query is string => typeof query === 'string' && query.trim() !== '' && query !== '*',
  )
  return queries.length === 2 ? queries.map((query) => `(${query})`).join(' AND ') : queries[0]
}

function flagsOf(raw: RawOptions, query: string): SavedFlags {
  const flags: Record<string, string | boolean> = query === '*' ? {} : { query }
  for (const option of optionNames()) {
    if (option === 'query' || !KEPT.has(option) || !isTyped(option, raw)) continue
    const value = raw[option]
    flags[wordOf(option)] = typeof value === 'string' && value !== '' ? value : true
  }
  return flags
}

/** Throws `invalid` for a flag that no search has. */
function rawOf(flags: SavedFlags, what: string): Record<string, unknown> {
  const raw: Record<string, unknown> = {}
  for (const [word, value] of Object.entries(flags)) {
    const option = optionNames().find((name) => wordOf(name) === word && KEPT.has(name))
    if (option === undefined) {
      const nearest = probablyMeant(word, [...KEPT].map(wordOf))
      throw new QwError('invalid', `the saved search ${what} has an unknown flag \`${word}\``, {
        code: 'CONFIG-FILE',
        fix: nearest === undefined ? 'take it out of the file' : `did you mean \`${nearest}\`?`,
      })
    }
    const isNegated = word.startsWith('no-')
    if (value !== false) raw[option] = isNegated ? false : value === true ? true : String(value)
  }
  return raw
}

/** `--since 2h --histogram`, behind the query. */
export function commandWords({ query, ...flags }: SavedFlags): string {
  const words = Object.entries(flags).map(([word, value]) =>
    value === true ? `--${word}` : `--${word} ${shellWord(String(value))}`,
  )
  return [...(query === undefined ? [] : [shellWord(String(query))]), ...words].join(' ')
}

function optionNames(): OptionName[] {
  return Object.keys(SEARCH_OPTIONS) as OptionName[] // the table's own keys
}

/** A `--no-…` flag is true until it is typed. */
function isTyped(option: OptionName, raw: RawOptions): boolean {
  return SEARCH_OPTIONS[option].flags.startsWith('--no-')
    ? raw[option] === false
    : raw[option] !== undefined
}

function wordOf(option: OptionName): string {
  return flagOf(option).replace(/^--/, '')
}
