import { isJsonObject, parseJson, stringifyJson } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import { apiGetJson, apiPost, type ApiAnswer } from '../stack/api-client.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { factLine } from '../format/facts.ts'
import { plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { answerFacts } from './answer-facts.ts'
import { cursorBody, elasticAnswer, type CursorSearch, type ElasticHit } from './elastic-request.ts'
import { FollowedWriter } from './followed-writer.ts'
import { hitsView } from './hits-options.ts'
import type { LiveHistogram } from './live-histogram.ts'
import { searchPath } from './print-request.ts'
import type { Question } from './question.ts'
import { SeenDocs } from './seen-docs.ts'
import { indexPath, type SearchSession } from './session.ts'
import { elasticSort } from './sort-keys.ts'

const FIRST_SHOWN = 10
const PAGE = 1_000
const BASELINE = 5_000
const DEFAULT_MAX_DURATION_MS = 3_600_000
/** The first silence that is explained; later ones have to be twice as long each time. */
const SILENCE_MS = 60_000
const MAX_BACKOFF_MS = 60_000
const STOPS = 'Ctrl-C stops'

/** The last documents that match, then new ones as they arrive, until Ctrl-C or `--max-duration`. */
export async function follow(session: SearchSession, question: Question): Promise<ExitCode> {
  const timestampField = session.facts?.timestampField
  if (timestampField === undefined) {
    throw new QwError('invalid', `index ${session.index} has no timestamp field to follow`, {
      fix: 'search it without --follow',
    })
  }
  const { histogram, by } = session.options
  const isDrawn = histogram !== undefined || by !== undefined
  const Live = isDrawn ? (await import('./live-histogram.ts')).LiveHistogram : undefined
  return await new Follow(session, question, timestampField, Live).run()
}

class Follow {
  readonly #session: SearchSession
  readonly #question: Question
  readonly #timestampField: string
  readonly #seen = new SeenDocs()
  readonly #writer: FollowedWriter
  /** Draws in place of the writer. */
  readonly #live: LiveHistogram | undefined
  #shown = 0
  #costUsd: number | undefined = 0
  #polls = 0
  /** Totals of the index at the last poll: nothing is asked while they stay. */
  #state = ''

  constructor(
    session: SearchSession,
    question: Question,
    timestampField: string,
    Live: typeof LiveHistogram | undefined,
  ) {
    this.#session = session
    this.#question = question
    this.#timestampField = timestampField
    const withTime = session.options.timestamps !== false
    this.#writer = new FollowedWriter(
      { view: hitsView(session, question), withTime },
      session.context.out,
    )
    const onAnswer = (answer: ApiAnswer): void => this.#count(answer)
    this.#live = Live && new Live(session, question, { timestampField, onAnswer })
  }

  async run(): Promise<ExitCode> {
    const { context, options, signal } = this.#session
    const startedMs = context.clock.nowMs()
    const maxDurationMs = options.maxDuration ?? DEFAULT_MAX_DURATION_MS
    const everyMs = Math.max(100, options.every ?? this.#session.route.pollEveryMs)
    try {
      await this.#first()
      await this.#explain(everyMs)
      await this.#live?.refresh(true)
      await this.#loop({ everyMs, untilMs: startedMs + maxDurationMs })
    } catch (error) {
      // Ctrl-C is how following ends; a time limit is an error.
      if (!signal.aborted || signal.reason instanceof QwError) throw error
    } finally {
      this.#live?.end()
    }
    const elapsedMs = context.clock.nowMs() - startedMs
    const parts = [
      plural(this.#shown, 'document'),
      formatDuration(elapsedMs),
      plural(this.#polls, 'request'),
    ]
    const facts = [...parts, ...this.#costParts(this.#costUsd)]
    context.report.hint(factLine(facts, context.out.columns))
    return EXIT.ok
  }

  async #loop({ everyMs, untilMs }: { everyMs: number; untilMs: number }): Promise<void> {
    const { context, signal } = this.#session
    let pauseMs = everyMs
    let spokenMs = context.clock.nowMs()
    let silenceMs = SILENCE_MS
    while (context.clock.nowMs() < untilMs) {
      await context.clock.sleep(Math.min(pauseMs, untilMs - context.clock.nowMs()), signal)
      let fresh: readonly ElasticHit[]
      try {
        fresh = await this.#poll()
        pauseMs = everyMs
      } catch (error) {
        if (!isQwError(error, 'unavailable')) throw error
        // Throttled or busy: following goes on, less often.
        pauseMs = Math.min(pauseMs * 2, MAX_BACKOFF_MS)
        this.#warn(`${error.message}; asking again in ${formatDuration(pauseMs)}`)
        continue
      }
      if (fresh.length > 0) await this.#show(fresh)
      if (this.#live !== undefined) {
        if (fresh.length > 0) await this.#explain(everyMs)
        await this.#live.refresh(fresh.length > 0)
      } else if (fresh.length > 0) {
        spokenMs = context.clock.nowMs()
        silenceMs = SILENCE_MS
      } else if (context.clock.nowMs() - spokenMs >= silenceMs) {
        await this.#explain(everyMs)
        spokenMs = context.clock.nowMs()
        silenceMs *= 2
      }
    }
    if (this.#live === undefined) context.report.hint('stopped after --max-duration')
  }

  /** What goes on, between the lines or below the drawing. */
  async #explain(everyMs: number): Promise<void> {
    const facts = await this.#status(everyMs)
    const { report, out } = this.#session.context
    if (this.#live === undefined) report.hint(factLine([...facts, STOPS], out.columns))
    // One line, cut at its end: how to stop comes first.
    else this.#live.say([STOPS, ...facts].join(' · '))
  }

  #warn(text: string): void {
    if (this.#live === undefined) this.#session.context.report.warn(text)
    else this.#live.say(text)
  }

  /** Remembers what is there, and shows the end of it. */
  async #first(): Promise<void> {
    this.#state = await this.#indexState()
    const { hits } = await this.#ask({
      order: 'desc',
      size: BASELINE,
      startNs: this.#question.window.startNs,
    })
    const oldestFirst = hits.toReversed()
    this.#seen.begin(oldestFirst, hits.length === BASELINE)
    const count = this.#session.options.maxHits ?? FIRST_SHOWN
    await this.#show(count === 0 ? [] : oldestFirst.slice(-count))
  }

  async #poll(): Promise<readonly ElasticHit[]> {
    const state = await this.#indexState()
    if (state === this.#state) return []
    const all: ElasticHit[] = []
    let after: CursorSearch['after']
    for (;;) {
      const startNs = laterOf(this.#seen.floorNs, this.#question.window.startNs)
      const { hits } = await this.#ask({ order: 'asc', size: PAGE, startNs, after })
      all.push(...hits)
      after = hits.at(-1)?.sort
      if (hits.length < PAGE) break
    }
    this.#state = state
    return this.#seen.update(all)
  }

  async #show(hits: readonly ElasticHit[]): Promise<void> {
    this.#shown += hits.length
    const docs = hits.map((hit) => hit.source)
    if (this.#live === undefined) await this.#writer.write(docs)
    else this.#live.add(docs)
  }

  async #ask(page: {
    readonly order: 'asc' | 'desc'
    readonly size: number
    readonly startNs: bigint | undefined
    readonly after?: CursorSearch['after']
  }): Promise<{ readonly hits: readonly ElasticHit[] }> {
    const { route, index, facts, signal } = this.#session
    const { query, searchFields } = this.#question
    const body = cursorBody({
      query,
      searchFields,
      window: { startNs: page.startNs, endNs: undefined, notes: [] },
      timestampField: this.#timestampField,
      sort: elasticSort([{ field: this.#timestampField, order: page.order }], facts),
      size: page.size,
      after: page.after,
      counts: false,
    })
    const path = searchPath(index, 'elastic')
    const answer = await apiPost(route.client, { path, body: stringifyJson(body), signal })
    this.#count(answer)
    return elasticAnswer(parseJson(answer.text))
  }

  #count(answer: ApiAnswer): void {
    this.#polls++
    const { costUsd } = answerFacts(answer, this.#session.route.client.via, 0)
    this.#costUsd =
      costUsd === undefined || this.#costUsd === undefined ? undefined : this.#costUsd + costUsd
  }

  /** Changes whenever documents were published, and costs no search. */
  async #indexState(): Promise<string> {
    const { route, facts, index, signal } = this.#session
    const path = `/indexes/${indexPath(facts?.indexId ?? index)}/describe?format=json`
    const described = await apiGetJson(route.client, path, signal)
    const isOneIndex = facts?.indexId === index
    // Of several indexes only one is described: then every poll asks.
    return isOneIndex ? stringifyJson(described) : `${this.#polls}`
  }

  async #status(everyMs: number): Promise<string[]> {
    const { context, index, route, zone } = this.#session
    const nowMs = context.clock.nowMs()
    const clockTime = (ms: number): string => formatTime(ms, zone, 'seconds').slice(-8)
    const batches = await this.#batchTimesMs()
    const last = batches.at(-1)
    const before = batches.at(-2)
    const nextMs =
      last === undefined || before === undefined ? undefined : last + (last - before) - nowMs
    const hourly =
      this.#costUsd === undefined
        ? undefined
        : (this.#costUsd / Math.max(1, this.#polls)) * (3_600_000 / everyMs)
    return [
      `following ${index}`,
      `every ${formatDuration(everyMs)}`,
      last === undefined ? 'no batch yet' : `last batch ${clockTime(last)}`,
      ...(nextMs === undefined || nextMs <= 0 ? [] : [`next in about ${formatDuration(nextMs)}`]),
      `via ${route.client.via}`,
      ...this.#costParts(hourly).map((cost) => `${cost} an hour`),
    ]
  }

  #costParts(usd: number | undefined): string[] {
    return usd === undefined ? [] : [usd === 0 ? '$0' : formatSmallUsd(usd)]
  }

  /** When new documents were published, oldest first; merges bring none. */
  async #batchTimesMs(): Promise<number[]> {
    const { route, facts, index, signal } = this.#session
    const path = `/indexes/${indexPath(facts?.indexId ?? index)}/splits?format=json`
    const listed = await apiGetJson(route.client, path, signal)
    const splits = isJsonObject(listed) && Array.isArray(listed['splits']) ? listed['splits'] : []
    return splits
      .filter(isJsonObject)
      .filter((split) => Number(split['num_merge_ops'] ?? 0) === 0)
      .map((split) => Number(split['publish_timestamp'] ?? split['create_timestamp'] ?? 0) * 1_000)
      .toSorted((a, b) => a - b)
  }
}

function laterOf(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}
