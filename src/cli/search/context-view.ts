import { pickPaths } from '../../engine/bytes/pick-paths.ts'
import { indentJson } from '../../api/reply.ts'
import { stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import type { Output } from '../format/streams.ts'
import { FollowedWriter } from './followed-writer.ts'
import type { HitGroup } from './hit-groups.ts'
import { HitsWriter, type HitsView } from './hits-view.ts'

/** Columns in front of the documents' own, where there are columns. */
const GROUP = '_group'
const HIT = '_hit'

interface Answer {
  readonly total: number
  /** One JSON document instead of rows. */
  readonly asDocument: boolean
}

/**
 * Groups of documents with the hits among them: on a terminal lines of a log, hits behind a `>`, groups
 * apart by `--` as in grep; in other formats each row tells its group and whether it is a hit.
 */
export class ContextWriter {
  readonly #view: HitsView
  readonly #out: Output

  constructor(view: HitsView, out: Output) {
    this.#view = view
    this.#out = out
  }

  async write(groups: readonly HitGroup[], { total, asDocument }: Answer): Promise<void> {
    if (asDocument) {
      const text = this.#document(groups, total)
      return await this.#out.write(`${this.#out.isTerminal ? indentJson(text) : text}\n`)
    }
    const { format } = this.#view
    if (format === 'ndjson') return await this.#out.write(this.#lines(groups))
    if (format === 'table' && this.#out.isTerminal) return await this.#log(groups)
    const docs = groups.flatMap((group, g) =>
      group.map(({ isHit, doc }): { doc: JsonObject } => ({
        doc: { [GROUP]: g + 1, [HIT]: isHit, ...doc.source },
      })),
    )
    await new HitsWriter({ ...this.#view, lead: [GROUP, HIT] }, this.#out).write(docs)
  }

  async #log(groups: readonly HitGroup[]): Promise<void> {
    const { paint } = this.#out.style
    const writer = new FollowedWriter({ view: this.#view, withTime: true }, this.#out)
    for (const [g, group] of groups.entries()) {
      if (g > 0) await this.#out.write(`${paint.dim('--')}\n`)
      const marks = group.map(({ isHit }) => (isHit ? `${paint.bold('>')} ` : '  '))
      await writer.write(
        group.map(({ doc }) => doc.source),
        marks,
      )
    }
  }

  #lines(groups: readonly HitGroup[]): string {
    return groups
      .flatMap((group, g) =>
        group.map(({ isHit, doc }) =>
          stringifyJson({ group: g + 1, hit: isHit, doc: this.#kept(doc.source) }),
        ),
      )
      .map((line) => `${line}\n`)
      .join('')
  }

  #document(groups: readonly HitGroup[], total: number): string {
    return stringifyJson({
      schema: 'qw-lambda/search-context/1',
      num_hits: total,
      groups: groups.map((group) => ({
        index: group[0]?.doc.index ?? null,
        docs: group.map(({ isHit, doc }) => ({ hit: isHit, doc: this.#kept(doc.source) })),
      })),
    })
  }

  #kept(doc: JsonObject): JsonObject {
    const { fields } = this.#view
    return fields.length === 0 ? doc : pickPaths(doc, fields)
  }
}
