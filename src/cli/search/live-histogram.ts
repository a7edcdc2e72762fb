import { isJsonObject, parseJson, type JsonObject } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { apiPost, type ApiAnswer } from '../stack/api-client.ts'
import { fittingSigns } from '../format/ascii.ts'
import type { LiveBlock } from '../format/live-block.ts'
import { plural } from '../format/number.ts'
import type { Output } from '../format/streams.ts'
import { drawTimeBars, timeBarsRoom } from '../format/time-bars.ts'
import { formatTime } from '../format/time.ts'
import { dataRange, fieldAndSize, givenInterval } from './choose-drawing.ts'
import { explainField } from './field-errors.ts'
import { FollowedWriter } from './followed-writer.ts'
import {
  histogramAggs,
  histogramData,
  type HistogramRequest,
  type MsRange,
} from './histogram-view.ts'
import { hitsView } from './hits-options.ts'
import { chooseInterval, type Interval } from './interval.ts'
import { nativeBody } from './native-request.ts'
import { searchPath } from './print-request.ts'
import type { Question } from './question.ts'
import type { SearchSession } from './session.ts'
import { isLevelField, seriesColors } from '../format/severity.ts'
import { windowMs } from './time-options.ts'

const DEFAULT_SPAN_MS = 15 * 60_000
/** More bars than this are hard to tell from each other. */
const MOST_BARS = 60
const SERIES = 6
/** Lines of documents that are kept: more than any screen has. */
const MAX_KEPT = 300
const LEAST_HEIGHT = 3
const MOST_HEIGHT = 10
/** Besides the bars: the title, the axis, its labels, the legend and the status. */
const LINES_BESIDES = 5

/**
 * `tail --histogram`: how many documents come over time, drawn again at each look, above the last of
 * them. The time ends now, or where the documents end when that is longer ago.
 */
export class LiveHistogram {
  readonly #session: SearchSession
  readonly #question: Question
  readonly #timestampField: string
  readonly #onAnswer: (answer: ApiAnswer) => void
  readonly #by: HistogramRequest['by']
  readonly #block: LiveBlock
  readonly #writer: FollowedWriter
  #docs: JsonObject[] = []
  #newestMs = -Infinity
  #interval: Interval | undefined
  /** Of each bucket by its start, by series and the rest. */
  #counts = new Map<number, readonly number[]>()
  #series: readonly string[] = []
  #status = ''
  #lines: string[] = []

  /** Throws `invalid` where nothing can be drawn again in place. */
  constructor(
    session: SearchSession,
    question: Question,
    facts: { readonly timestampField: string; readonly onAnswer: (answer: ApiAnswer) => void },
  ) {
    const { context, options } = session
    if (context.out.liveBlock === undefined || context.format !== 'table') {
      throw new QwError('invalid', 'a live drawing needs a terminal', {
        code: 'USAGE',
        fix: 'leave out --histogram, or draw once: qw-lambda search --histogram',
      })
    }
    this.#session = session
    this.#question = question
    this.#timestampField = facts.timestampField
    this.#onAnswer = facts.onAnswer
    this.#by = options.by === undefined ? this.#levels() : fieldAndSize(options.by, SERIES)
    this.#interval = givenInterval(options.histogram)
    this.#block = context.out.liveBlock(() => void this.#drawAll())
    const block = this.#block
    const captured: Output = {
      ...context.out,
      get columns() {
        return block.columns - 1
      },
      write: (text) => {
        this.#lines = String(text).split('\n').slice(0, -1)
        return Promise.resolve()
      },
    }
    const withTime = options.timestamps !== false
    this.#writer = new FollowedWriter({ view: hitsView(session, question), withTime }, captured)
  }

  add(docs: readonly JsonObject[]): void {
    this.#docs = [...this.#docs, ...docs].slice(-MAX_KEPT)
  }

  say(status: string): void {
    this.#status = status
  }

  /** Draws what time it is; asks for counts only when there may be new ones. */
  async refresh(hasChanged: boolean): Promise<void> {
    if (hasChanged) await this.#ask()
    await this.#drawAll()
  }

  end(): void {
    this.#block.end()
  }

  /** A field of levels is what a rate is stacked by when nobody says otherwise. */
  #levels(): HistogramRequest['by'] {
    const level = this.#session.facts?.fields.find(
      ({ path, fast, type }) => fast && type === 'text' && isLevelField(path),
    )
    return level === undefined ? undefined : { field: level.path, size: SERIES }
  }

  async #ask(): Promise<void> {
    const { session, request, window } = await this.#request()
    const body = nativeBody(
      {
        query: this.#question.query,
        maxHits: 0,
        offset: 0,
        sort: [],
        searchFields: this.#question.searchFields,
        snippetFields: [],
        window: { startNs: nsOf(window.startMs), endNs: nsOf(window.endMs), notes: [] },
        aggs: histogramAggs(request),
      },
      this.#timestampField,
    )
    const { route, index, signal, facts } = session
    const path = searchPath(index, 'native')
    const answer = await apiPost(route.client, { path, body, signal }).catch((error: unknown) => {
      throw explainField(error, this.#by === undefined ? [] : [this.#by.field], facts)
    })
    this.#onAnswer(answer)
    const response = parseJson(answer.text)
    const { buckets, series } = histogramData(
      isJsonObject(response) ? response['aggregations'] : undefined,
      request,
    )
    this.#series = series
    this.#counts = new Map(
      buckets.map(({ startMs, total, parts }) => {
        const rest = total - parts.reduce((sum, part) => sum + part, 0)
        return [startMs, [...parts, Math.max(0, rest)]]
      }),
    )
  }

  async #request(): Promise<{
    session: SearchSession
    request: HistogramRequest
    window: MsRange
  }> {
    const session = this.#session
    const { endMs } = await dataRange(session, session.facts?.indexId ?? session.index)
    this.#newestMs = endMs
    const interval = this.#width()
    const request = {
      timestampField: this.#timestampField,
      interval,
      by: this.#by,
      bounds: undefined,
    }
    return { session, request, window: this.#window() }
  }

  /** Chosen once: bars that change their meaning while one looks are none. */
  #width(): Interval {
    this.#interval ??= chooseInterval(0, this.#spanMs(), Math.min(MOST_BARS, this.#room()))
    return this.#interval
  }

  #spanMs(): number {
    const { startMs } = windowMs(this.#question.window)
    return Number.isFinite(startMs) ? this.#endMs() - startMs : DEFAULT_SPAN_MS
  }

  #endMs(): number {
    const nowMs = this.#session.context.clock.nowMs()
    const isOld = this.#newestMs < nowMs - DEFAULT_SPAN_MS && Number.isFinite(this.#newestMs)
    return isOld ? this.#newestMs : nowMs
  }

  #room(): number {
    return timeBarsRoom(this.#block.columns - 1)
  }

  /** Whole buckets, the last one that of the end. */
  #window(): MsRange {
    const { ms } = this.#width()
    const wanted = Math.max(1, Math.ceil(this.#spanMs() / ms))
    const count = Math.min(this.#room(), this.#session.options.histogram ? MOST_BARS : wanted)
    const endMs = (Math.floor((this.#endMs() - 1) / ms) + 1) * ms
    return { startMs: endMs - count * ms, endMs }
  }

  async #drawAll(): Promise<void> {
    const { out } = this.#session.context
    const height = Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, Math.floor(this.#block.rows / 3)))
    const docRows = Math.max(0, this.#block.rows - 1 - height - LINES_BESIDES)
    await this.#writer.write(docRows === 0 ? [] : this.#docs.slice(-docRows))
    const docLines = docRows === 0 ? [] : this.#lines
    this.#block.draw([
      ...this.#bars(height),
      ...docLines,
      out.style.paint.dim(fittingSigns(this.#status, out.style)),
    ])
  }

  #bars(height: number): string[] {
    const { context, zone } = this.#session
    const { style } = context.out
    const { startMs, endMs } = this.#window()
    const { ms, text } = this.#width()
    const empty = [...this.#series, 'rest'].map(() => 0)
    const buckets = Array.from(
      { length: Math.round((endMs - startMs) / ms) },
      (_, i) => this.#counts.get(startMs + i * ms) ?? empty,
    )
    const total = buckets.flat().reduce((sum, count) => sum + count, 0)
    const label = (at: number): string => formatTime(at, zone, ms < 60_000 ? 'seconds' : 'minutes')
    const title = `${plural(total, 'document')}, a bar is ${text}`
    const colors = this.#by === undefined ? [] : seriesColors(this.#by.field, this.#series)
    const chart = {
      buckets,
      series: this.#series,
      colors,
      labels: [label(startMs), label(endMs)] as const,
    }
    return [
      style.paint.dim(title),
      ...drawTimeBars(chart, { width: this.#block.columns - 1, height, style }),
    ]
  }
}

function nsOf(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n
}
