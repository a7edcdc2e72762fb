import { isJsonObject, parseJson, stringifyJson, type JsonObject } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { Clock, ObjectStore, Random } from '../ports.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { readConfigValue } from '../schema/read-config.ts'
import { assertChecked, checkedJson, parseChecked } from './checked-json.ts'
import { ConditionalObject } from './conditional-object.ts'
import { matchIndexIds } from './index-patterns.ts'
import { TEMPLATES_KEY } from './layout.ts'

/** What indexes are made from when documents come for one that is not there. */
export interface IndexTemplate {
  readonly templateId: string
  /** At least one; `*` stands for any text. */
  readonly patterns: readonly string[]
  /** Of several that match, the highest one is taken; of equals the first by id. */
  readonly priority: number
  /** As it was sent: an index config without an id, and the keys of a template. */
  readonly json: JsonObject
}

const TEMPLATE_ID = /^[a-zA-Z][a-zA-Z0-9\-_.]{0,254}$/
const TEMPLATE_KEYS = [
  'template_id',
  'index_id_patterns',
  'index_root_uri',
  'priority',
  'description',
]

/** Throws `invalid` for anything that an index could not be made from. */
export function readTemplate(json: JsonObject): IndexTemplate {
  const { template_id: templateId, index_id_patterns: patterns, priority = 0 } = json
  if (typeof templateId !== 'string' || !TEMPLATE_ID.test(templateId)) {
    throw new QwError('invalid', '`template_id` has to be letters, digits, `-`, `_` and `.`')
  }
  const isList = Array.isArray(patterns) && patterns.length > 0
  if (!isList || !patterns.every((pattern) => typeof pattern === 'string')) {
    throw new QwError('invalid', '`index_id_patterns` has to be a list of patterns', {
      fix: 'such as ["logs-*"]',
    })
  }
  if (typeof priority !== 'number' || !Number.isSafeInteger(priority) || priority < 0) {
    throw new QwError('invalid', '`priority` has to be a whole number of at least 0')
  }
  const template = { templateId, patterns, priority, json }
  templateConfig(template, 'any-index')
  return template
}

/** The config of an index that the template makes. */
export function templateConfig({ json }: IndexTemplate, indexId: string): IndexConfig {
  const kept = Object.entries(json).filter(([key]) => !TEMPLATE_KEYS.includes(key))
  return readConfigValue({ ...Object.fromEntries(kept), index_id: indexId }).config
}

/** The templates beside the manifest of one store: one small object, replaced by a conditional put. */
export class IndexTemplates {
  readonly #object: ConditionalObject<readonly IndexTemplate[]>

  constructor(place: {
    readonly store: ObjectStore
    readonly clock: Clock
    readonly random: Random
  }) {
    this.#object = new ConditionalObject({
      ...place,
      key: TEMPLATES_KEY,
      decode: decodeTemplates,
      encode: encodeTemplates,
    })
  }

  /** Sorted by id. One conditional read. */
  async list(): Promise<readonly IndexTemplate[]> {
    return (await this.#object.load()) ?? []
  }

  /** Throws `notFound`. */
  async get(templateId: string): Promise<IndexTemplate> {
    const found = (await this.list()).find((template) => template.templateId === templateId)
    return found ?? missing(templateId)
  }

  /** Replaces the one of the same id. */
  async put(template: IndexTemplate): Promise<void> {
    await this.#object.update((templates = []) => {
      const others = templates.filter(({ templateId }) => templateId !== template.templateId)
      return [...others, template].toSorted((a, b) => (a.templateId < b.templateId ? -1 : 1))
    })
  }

  /** Throws `notFound`. Indexes that were made from it stay. */
  async remove(templateId: string): Promise<void> {
    await this.get(templateId)
    await this.#object.update((templates = []) =>
      templates.filter((template) => template.templateId !== templateId),
    )
  }

  /** The config of an index of this id by the template that it matches; undefined when none does. */
  async configFor(indexId: string): Promise<IndexConfig | undefined> {
    const matching = (await this.list()).filter(({ patterns }) => {
      return patterns.includes(indexId) || matchIndexIds(patterns, [indexId]).includes(indexId)
    })
    const [best] = matching.toSorted((a, b) => b.priority - a.priority)
    return best === undefined ? undefined : templateConfig(best, indexId)
  }
}

/** Files without a format have no checksum either. */
const FORMAT = 2

function encodeTemplates(templates: readonly IndexTemplate[]): Uint8Array {
  const list = templates.map((template) => template.json)
  return checkedJson(stringifyJson({ format: FORMAT, version: '0.9', templates: list }))
}

function decodeTemplates(bytes: Uint8Array): readonly IndexTemplate[] {
  const { fields, isChecked } = parseChecked(bytes, TEMPLATES_KEY)
  if (fields['format'] !== undefined) assertChecked(isChecked, TEMPLATES_KEY)
  // Again, for integers that JSON.parse would round.
  const value = parseJson(new TextDecoder().decode(bytes))
  const list = isJsonObject(value) ? value['templates'] : undefined
  if (!Array.isArray(list)) throw new QwError('corrupt', `${TEMPLATES_KEY} holds no templates`)
  return list.filter((json) => isJsonObject(json)).map(readTemplate)
}

function missing(templateId: string): never {
  throw new QwError('notFound', `index template \`${templateId}\` not found`)
}
