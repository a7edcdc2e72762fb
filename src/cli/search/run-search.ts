import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { indentJson } from '../../api/reply.ts'
import { apiPost, type ApiAnswer } from '../stack/api-client.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { factLine } from '../format/facts.ts'
import { formatCount, plural } from '../format/number.ts'
import { showAggs } from './aggs-view.ts'
import { answerFacts, factParts, metaJson, type AnswerFacts } from './answer-facts.ts'
import { numberOf } from './buckets.ts'
import { chooseDrawing } from './choose-drawing.ts'
import { writeDrawn, type Drawing } from './drawing.ts'
import { elasticAnswer } from './elastic-request.ts'
import { aggregatedFields, explainField } from './field-errors.ts'
import { refuseUnknownFields } from './known-fields.ts'
import { hitsOf, HitsWriter, type ShownHit } from './hits-view.ts'
import { hitsView } from './hits-options.ts'
import { nativeBody } from './native-request.ts'
import { curlCommand, invokeCommand, searchPath, type PrintedRequest } from './print-request.ts'
import { readObjectArgument } from './query-text.ts'
import { sortOf, type Question } from './question.ts'
import { DEFAULT_MAX_HITS } from './search-options.ts'
import type { SearchSession } from './session.ts'
import { snippetsOf } from './snippets.ts'
import type { TimeWindow } from './time-options.ts'
import { unknownFieldHints, zeroHitHints } from './zero-hits.ts'

/** One request, made from flags or given as a body, and what is known of its meaning. */
interface Ask {
  readonly dialect: PrintedRequest['dialect']
  readonly body: string
  readonly question: Question | undefined
  readonly drawing: Drawing | undefined
  /** Fields that need a column. */
  readonly columnFields: readonly string[]
}

interface Answer {
  readonly answer: ApiAnswer
  readonly facts: AnswerFacts
  readonly total: number
  readonly hits: readonly ShownHit[]
  readonly aggregations: JsonValue | undefined
  readonly failedSplits: number
}

/** A search that is one request and one answer, or that is explained instead. */
export async function runSearch(session: SearchSession, question: Question): Promise<ExitCode> {
  const ask = await askOf(session, question)
  if (session.options.explain === true) {
    const { runExplain } = await import('./explain.ts')
    return await runExplain(session, { body: ask.body, fields: ask.columnFields })
  }
  return await askAndShow(session, ask)
}

/** `--body` and `--es`: the user's own body, sent as it is. */
export async function runGivenBody(session: SearchSession): Promise<ExitCode> {
  const { body, es } = session.options
  const [dialect, file] =
    es === undefined ? (['native', body ?? '-'] as const) : (['elastic', es] as const)
  const flag = dialect === 'native' ? '--body' : '--es'
  const { text, value } = await readObjectArgument(file, flag)
  const columnFields = aggregatedFields(value['aggs'] ?? value['aggregations'])
  return await askAndShow(session, {
    dialect,
    body: text,
    question: undefined,
    drawing: undefined,
    columnFields,
  })
}

async function askOf(session: SearchSession, question: Question): Promise<Ask> {
  const { options, facts } = session
  const drawing = await chooseDrawing(session, question.window)
  const defaultHits = drawing === undefined ? DEFAULT_MAX_HITS : 0
  const search = {
    ...question,
    sort: sortOf(question, facts),
    maxHits: options.count === true ? 0 : (options.maxHits ?? defaultHits),
    offset: options.offset ?? 0,
    snippetFields: options.snippet ?? [],
    aggs: drawing?.aggs,
  }
  const columnFields = [...aggregatedFields(drawing?.aggs), ...search.sort.map((key) => key.field)]
  await refuseUnknownFields(session, columnFields)
  const body = nativeBody(search, facts?.timestampField)
  return { dialect: 'native', body, question, drawing, columnFields }
}

async function askAndShow(session: SearchSession, ask: Ask): Promise<ExitCode> {
  const { context, options, index } = session
  if (options.print !== undefined) return await printRequest(session, ask)
  const answer = await send(session, ask)
  await print(session, ask, answer)
  if (context.format !== 'json') await footer(session, ask, answer)
  if (answer.failedSplits > 0) {
    context.report.warn(
      `${plural(answer.failedSplits, 'split')} of ${index} could not be searched: the answer is partial`,
    )
    return EXIT.partial
  }
  return answer.total === 0 && options.requireHits === true ? EXIT.check : EXIT.ok
}

async function printRequest(
  { index, options, route, context }: SearchSession,
  ask: Ask,
): Promise<ExitCode> {
  const address = await route.address()
  const request = { index, dialect: ask.dialect, body: ask.body.trim() }
  const isCurl = options.print === 'curl'
  await context.out.write(isCurl ? curlCommand(request, address) : invokeCommand(request, address))
  if (isCurl && address.note !== undefined) context.report.hint(address.note)
  return EXIT.ok
}

async function send(session: SearchSession, ask: Ask): Promise<Answer> {
  const { route, index, signal, context, startedMs } = session
  let answer: ApiAnswer
  try {
    answer = await apiPost(route.client, {
      path: searchPath(index, ask.dialect),
      body: ask.body,
      signal,
    })
  } catch (error) {
    throw explainField(error, ask.columnFields, session.facts)
  }
  const facts = answerFacts(answer, route.client.via, context.clock.nowMs() - startedMs)
  const response = parseJson(answer.text)
  if (ask.dialect === 'elastic') {
    const { total, hits, aggregations, failedSplits } = elasticAnswer(response)
    return {
      answer,
      facts,
      total,
      aggregations,
      failedSplits,
      hits: hits.map((hit) => ({ doc: hit.source })),
    }
  }
  const body: JsonObject = isJsonObject(response) ? response : {}
  const snippets = snippetsOf(response)
  return {
    answer,
    facts,
    total: numberOf(body['num_hits']),
    hits: hitsOf(response).map((doc, i) => ({ doc, snippets: snippets[i] })),
    aggregations: body['aggregations'],
    failedSplits: Array.isArray(body['errors']) ? body['errors'].length : 0,
  }
}

async function print(session: SearchSession, ask: Ask, answer: Answer): Promise<void> {
  const { context, options } = session
  const { out, format } = context
  if (options.count === true) return await out.write(`${answer.total}\n`)
  if (format === 'json') {
    const text = options.meta === true ? withMeta(session, ask, answer) : answer.answer.text
    // Compact for programs, byte for byte what the API said; laid out for people.
    return await out.write(
      out.isTerminal ? `${indentJson(text)}\n` : text.endsWith('\n') ? text : `${text}\n`,
    )
  }
  if (ask.drawing !== undefined) {
    return await writeDrawn(ask.drawing.show(answer.aggregations), format, out)
  }
  const hasOnlyAggs = answer.aggregations !== undefined && answer.hits.length === 0
  if (!hasOnlyAggs) await writeHits(session, ask, answer.hits)
  // One kind of row to a file: with hits, aggregations are for the screen and for JSON.
  const isForReading = format === 'table' || format === 'line'
  if (answer.aggregations === undefined || !(hasOnlyAggs || isForReading)) return
  if (!hasOnlyAggs) await out.write('\n')
  await writeDrawn(showAggs(answer.aggregations, out), format, out)
}

async function writeHits(
  session: SearchSession,
  ask: Ask,
  hits: readonly ShownHit[],
): Promise<void> {
  const { context } = session
  const writer = new HitsWriter(hitsView(session, ask.question), context.out)
  await writer.write(hits)
  if (writer.hiddenColumns > 0) {
    context.report.hint(
      `${plural(writer.hiddenColumns, 'more field')}: --format line, --wrap, or choose with --fields`,
    )
  }
}

function withMeta({ index }: SearchSession, ask: Ask, { answer, facts }: Answer): string {
  const meta = stringifyJson(metaJson(facts, index))
  return `{"schema":"qw-lambda/search/1","request":${ask.body.trim()},"response":${answer.text.trim()},"meta":${meta}}`
}

async function footer(session: SearchSession, ask: Ask, answer: Answer): Promise<void> {
  const { context, options } = session
  const { report, out } = context
  const { total, hits, facts } = answer
  const showsHits = options.count !== true && ask.drawing === undefined
  const counted = showsHits
    ? total === 0
      ? 'no hits'
      : `${formatCount(hits.length)} of ${plural(total, 'hit')}`
    : plural(total, 'match', 'matches')
  report.hint(factLine([counted, ...factParts(facts)], out.columns))
  if (total === 0 && options.count !== true) {
    const window: TimeWindow = ask.question?.window ?? {
      startNs: undefined,
      endNs: undefined,
      notes: [],
    }
    for (const hint of await zeroHitHints(session, ask.question, window)) report.hint(hint)
    return
  }
  if (ask.drawing?.show(answer.aggregations).rows.length === 0) {
    for (const hint of await unknownFieldHints(session, ask.columnFields)) report.hint(hint)
  }
  const seen = (options.offset ?? 0) + hits.length
  if (
    showsHits &&
    out.isTerminal &&
    ask.dialect === 'native' &&
    ask.question !== undefined &&
    seen < total &&
    hits.length > 0
  ) {
    report.hint(`next: --offset ${seen}, or everything: --all --format ndjson`)
  }
}
