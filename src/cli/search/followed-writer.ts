import type { JsonObject } from '../../engine/bytes/json.ts'
import { fittedLine } from '../format/fitted-line.ts'
import type { Output } from '../format/streams.ts'
import { flattenHit, humanCell } from './cells.ts'
import { columnsOf, plainPath, type FlatHit } from './columns.ts'
import { paintedLevel } from '../format/severity.ts'
import { HitsWriter, type HitsView } from './hits-view.ts'

interface FollowedView {
  readonly view: HitsView
  readonly withTime: boolean
}

/**
 * Documents of a stream: on a terminal one line each, as a log is read; everywhere else the rows of
 * the other formats.
 */
export class FollowedWriter {
  readonly #view: HitsView
  readonly #withTime: boolean
  readonly #out: Output
  readonly #rows: HitsWriter

  constructor({ view, withTime }: FollowedView, out: Output) {
    this.#view = view
    this.#withTime = withTime
    this.#out = out
    this.#rows = new HitsWriter(view, out)
  }

  /** `marks` stand before the lines of a log, one a document. */
  async write(docs: readonly JsonObject[], marks: readonly string[] = []): Promise<void> {
    if (docs.length === 0) return
    const isLog = this.#view.format === 'table' && this.#out.isTerminal
    if (isLog) {
      const lines = docs.map((doc, i) => this.#line(flattenHit(doc), marks[i] ?? ''))
      return await this.#out.write(lines.join(''))
    }
    const time = this.#timePath()
    const shown =
      this.#withTime || time === undefined ? docs : docs.map((doc) => without(doc, time))
    await this.#rows.write(shown.map((doc) => ({ doc })))
  }

  /** The time, what is searched by default, then the others with their names. */
  #line(values: FlatHit, mark: string): string {
    const { paint } = this.#out.style
    const time = this.#timePath()
    const chosen = this.#view.fields.length > 0
    const paths = chosen ? this.#view.fields : columnsOf([values], this.#view.facts)
    const main = new Set(this.#view.facts?.defaultSearchFields.map(plainPath))
    const parts = paths
      .filter((path) => values.has(path) && (this.#withTime || path !== time))
      .map((path) => {
        const marked = this.#view.highlight.mark(this.#cell(values, path), path)
        const text = paintedLevel(marked, { path, value: values.get(path) }, this.#out.style)
        if (path === time) return paint.dim(text)
        return chosen || main.has(path) ? text : `${paint.dim(`${path}=`)}${text}`
      })
    const line = mark + parts.join('  ')
    const isWhole = this.#view.longCells !== 'cut'
    return `${isWhole ? line : fittedLine(line, this.#out.columns, this.#out.style)}\n`
  }

  #cell(values: FlatHit, path: string): string {
    const field = this.#view.facts?.fields.find((candidate) => plainPath(candidate.path) === path)
    return humanCell(values.get(path), field, this.#view.zone).replaceAll(/\s+/g, (spaces) =>
      /[\r\n]/.test(spaces) ? ' ' : spaces,
    )
  }

  #timePath(): string | undefined {
    const path = this.#view.facts?.timestampField
    return path === undefined ? undefined : plainPath(path)
  }
}

function without(doc: JsonObject, path: string): JsonObject {
  return Object.fromEntries(Object.entries(doc).filter(([key]) => key !== path))
}
