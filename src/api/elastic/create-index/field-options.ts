import type { JsonObject, JsonValue } from '../../../engine/bytes/json.ts'
import { QwError } from '../../../engine/errors.ts'

/** Settings that change nothing here: what they ask for is so, or there is nothing to tune. */
const HARMLESS = [
  'ignore_above',
  'store',
  'meta',
  'eager_global_ordinals',
  'split_queries_on_whitespace',
]

/** What one field's mapping says; a setting that nobody took is refused by name. */
export class FieldOptions {
  readonly path: string
  readonly #mapping: JsonObject
  readonly #taken = new Set(['type', ...HARMLESS])

  constructor(path: string, mapping: JsonObject) {
    this.path = path
    this.#mapping = mapping
  }

  take(name: string): JsonValue | undefined {
    this.#taken.add(name)
    return this.#mapping[name] ?? undefined
  }

  text(name: string): string | undefined {
    const value = this.take(name)
    if (value === undefined || typeof value === 'string') return value
    throw refused(`\`${this.path}\`: \`${name}\` has to be a string`)
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.take(name) ?? fallback
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw refused(`\`${this.path}\`: \`${name}\` has to be true or false`)
  }

  /** Absent, or what happens anyway. */
  mustBe(name: string, only: JsonValue): void {
    const value = this.take(name)
    if (value === undefined || value === only) return
    throw refused(`\`${this.path}\`: \`${name}\` can only be ${JSON.stringify(only)}`)
  }

  indexing({ hasColumn = true } = {}): JsonObject {
    const indexed = this.flag('index', true)
    return hasColumn ? { indexed, fast: this.flag('doc_values', true) } : { indexed }
  }

  refuseTheRest(): void {
    const name = Object.keys(this.#mapping).find((key) => !this.#taken.has(key))
    if (name === undefined) return
    const fix =
      name === 'fields'
        ? 'one field is kept in one way: make it a keyword, or a text with `fielddata: true` where it has to be sorted or aggregated'
        : 'leave it out'
    throw refused(`\`${this.path}\`: \`${name}\` is not supported`, fix)
  }
}

/** In the name of the mapping, so that Elasticsearch's type of the error is right as well. */
export function refused(message: string, fix?: string): QwError {
  return new QwError('invalid', `mapping cannot be kept: ${message}`, { code: 'MAPPING', fix })
}
