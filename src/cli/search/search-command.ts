import { defineCommand, parseOptions, type RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { nearestFixedWidth } from '../../engine/dates/duration.ts'
import { checkOptions, contextOf, SEARCH_OPTIONS } from './search-options.ts'
import { readQuestion } from './question.ts'
import { refuseUnknownFields } from './known-fields.ts'
import { openSearchSession } from './session.ts'

export const searchCommand = defineCommand({
  args: [['[query]', 'what to find; everything when left out, - is stdin (qw-lambda help query)']],
  options: SEARCH_OPTIONS,
  formats: ['table', 'json', 'ndjson', 'csv', 'tsv', 'line', 'raw'],
  pages: ({ follow }) => follow !== true,
  examples: [
    `qw-lambda search 'quantity:>5'`,
    `qw-lambda search 'severity_text:ERROR' --since 2h --histogram --by resource.service`,
    `qw-lambda search --terms name:5 --json`,
    `qw-lambda search 'level:error' --jq '.hits[].message'`,
    `qw-lambda search 'level:error' --all --format ndjson | gzip > errors.gz`,
    `qw-lambda search 'level:error' -C 5 --since 1h`,
    `qw-lambda search 'level:error' --since 1d --save errors`,
    `qw-lambda search --saved errors 'host:web1' --histogram`,
    `qw-lambda search 'level:error' --explain`,
    `qw-lambda search 'level:error' --print curl`,
  ],
  run: (context, { args, typed }) => search(context, args[0], typed),
})

export const tailCommand = defineCommand({
  args: [['[query]', 'what to watch for; everything when left out']],
  options: SEARCH_OPTIONS,
  formats: ['table', 'ndjson', 'csv', 'tsv', 'line', 'raw'],
  examples: [
    'qw-lambda tail',
    `qw-lambda tail 'severity_text:ERROR' --fields timestamp,body`,
    'qw-lambda tail --histogram',
  ],
  run: (context, { args, typed }) => search(context, args[0], { ...typed, follow: true }),
})

async function search(
  context: CliContext,
  argument: string | undefined,
  typed: RawOptions,
): Promise<ExitCode> {
  const { listSaved, forget } = parseOptions(SEARCH_OPTIONS, typed)
  if (listSaved === true) {
    await (await import('./saved-command.ts')).listSaved(context, typed)
    return EXIT.ok
  }
  if (forget !== undefined) {
    await (await import('./saved-queries.ts')).forgetQuery(context, forget)
    return EXIT.ok
  }
  const asked = untangled(argument, typed)
  const saved = asked.raw['saved']
  if (typeof saved !== 'string') return await searchFor(context, asked)
  const { withSaved } = await import('./saved-command.ts')
  return await searchFor(context, await withSaved(context, saved, asked))
}

interface Asked {
  readonly query: string | undefined
  readonly raw: RawOptions
}

async function searchFor(context: CliContext, { query, raw }: Asked): Promise<ExitCode> {
  const options = parseOptions(SEARCH_OPTIONS, raw)
  checkOptions(options, context.format)
  if (options.body !== undefined || options.es !== undefined) {
    const { runGivenBody } = await import('./run-search.ts')
    return await runGivenBody(await openSearchSession(context, options))
  }
  const question = await readQuestion(context, query, options)
  const session = await openSearchSession(context, options)
  const sorted = question.sort?.map((key) => key.field) ?? []
  const { fields = [], snippet = [], searchFields = [] } = options
  await refuseUnknownFields(session, [...sorted, ...fields, ...snippet, ...searchFields])
  if (options.save !== undefined) {
    const { saveQuery } = await import('./saved-queries.ts')
    await saveQuery(context, options.save, { query: question.query, raw })
  }
  if (options.follow === true) {
    const { follow } = await import('./follow.ts')
    return await follow(session, question)
  }
  if (options.all === true) {
    const { runAllHits } = await import('./all-hits.ts')
    return await runAllHits(session, question)
  }
  if (contextOf(options) !== undefined) {
    const { runWithContext } = await import('./context.ts')
    return await runWithContext(session, question)
  }
  const { runSearch } = await import('./run-search.ts')
  return await runSearch(session, question)
}

/** In `search --histogram 'quantity:>5'` the flag's optional value swallowed the query. What names a
 *  length of time, such as `month`, was meant as a width. */
function untangled(query: string | undefined, raw: RawOptions): Asked {
  const { histogram } = raw
  const isQuery =
    query === undefined &&
    typeof histogram === 'string' &&
    histogram !== '' &&
    nearestFixedWidth(histogram) === undefined
  return isQuery ? { query: histogram, raw: { ...raw, histogram: true } } : { query, raw }
}
