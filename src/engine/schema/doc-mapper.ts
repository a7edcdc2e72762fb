import { isJsonObject, JsonFloat, parseJson, stringifyJson } from '../bytes/json.ts'
import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { messageOf } from '../errors.ts'
import { utf8Length } from '../text/token-length.ts'
import { DocRejection } from './doc-rejection.ts'
import { escapeName, joinPath } from './field-path.ts'
import type { FieldMapping } from './field-mapping.ts'
import type { FieldSpec, MappedDoc } from './field-spec.ts'
import {
  buildFieldTable,
  DOC_LENGTH_PATH,
  jsonColumn,
  resolveDeclared,
  termOptions,
} from './field-table.ts'
import type { FieldTable } from './field-table.ts'
import { makeValueReader, rejectValue } from './field-value.ts'
import type { ValueReader } from './field-value.ts'
import type { IndexConfig } from './index-config.ts'
import { MappingSink, SpecList } from './mapping-sink.ts'
import { ConcatenateSink, OpenFields } from './open-fields.ts'
import type { TypedValue } from './value-type.ts'

export interface DocMapperSettings {
  /** For date formats without a year. */
  readonly nowMs: number
}

/** A field that is declared, ready for its values. */
type Node = LeafNode | OpenNode | ObjectNode | FedNode

/** A concatenate field: other fields feed it, a key of its name does not. */
interface FedNode {
  readonly kind: 'fed'
}

interface LeafNode {
  readonly kind: 'leaf'
  readonly path: string
  readonly read: ValueReader
  readonly array: boolean
  /** -1: neither indexed nor fast, so that values are checked and dropped. */
  readonly specId: number
  readonly isTimestamp: boolean
  /** Paths that `exists` may ask for: this one and the objects above it. */
  readonly presence: readonly string[]
  readonly concatenations: readonly ConcatenateSink[]
}

interface OpenNode {
  readonly kind: 'open'
  readonly path: string
  readonly array: boolean
  readonly fields: OpenFields
}

interface ObjectNode {
  readonly kind: 'object'
  readonly path: string
  /** Names of the objects around the keys, as written. */
  readonly names: readonly string[]
  readonly fields: ReadonlyMap<string, Node>
}

/** Turns documents into typed values. One mapper serves one split: `specs` grows as paths appear. */
export class DocMapper {
  /** `specs[i].id` is i. The list only grows, and never by a document that is rejected. */
  readonly specs: readonly FieldSpec[]
  private readonly specList: SpecList
  private readonly sink = new MappingSink(newMappedDoc())
  private readonly root: ObjectNode
  private readonly dynamic: OpenFields | undefined
  private readonly isStrict: boolean
  private readonly needsTimestamp: boolean
  private readonly docLengthId: number

  constructor(config: IndexConfig, { nowMs }: DocMapperSettings) {
    const { docMapping } = config
    this.specList = new SpecList(docMapping.indexFieldPresence)
    this.specs = this.specList.specs
    const builder = new NodeBuilder(config, this.specList, nowMs)
    this.root = builder.object(docMapping.fieldMappings, [], '')
    this.dynamic = builder.dynamicFields()
    this.docLengthId = docMapping.storeDocumentSize ? builder.docLength() : -1
    this.isStrict = docMapping.mode === 'strict'
    this.needsTimestamp = docMapping.timestampField !== undefined
    this.specList.commit()
  }

  /** Replaces `out`. Throws `DocRejection`; the mapper is then as before and `out` of no use.
   *  `sourceBytes` is the length of the input, for `store_document_size`. */
  map(doc: JsonObject, out: MappedDoc, sourceBytes: number): void {
    this.sink.begin(out)
    try {
      this.mapObject(this.root, doc)
      if (this.needsTimestamp && !this.sink.hasTimestamp) rejectTimestamp()
      if (this.docLengthId >= 0) this.sink.push(this.docLengthId, sourceBytes)
    } catch (error) {
      this.specList.rollback()
      throw error
    }
    this.specList.commit()
  }

  /** Parses and maps one line of JSON. `sourceBytes` as for `map`; counted when left out. */
  mapLine(text: string, out: MappedDoc, sourceBytes?: number): void {
    const doc = parseLine(text)
    const needsLength = sourceBytes === undefined && this.docLengthId >= 0
    this.map(doc, out, needsLength ? utf8Length(text) : (sourceBytes ?? 0))
  }

  private mapObject(node: ObjectNode, doc: JsonObject): void {
    const { fields } = node
    for (const key in doc) {
      const value = doc[key]
      if (value === undefined) continue
      const field = fields.get(key)
      if (field === undefined || (field.kind === 'fed' && this.isStrict))
        this.mapUndeclared(node, key, value)
      else if (field.kind === 'leaf') this.mapLeaf(field, value)
      else if (field.kind === 'open') this.mapOpen(field, value)
      else if (field.kind === 'fed') continue
      else if (isJsonObject(value)) this.mapObject(field, value)
      else rejectValue(field.path, `expected object, got ${gist(value)}`)
    }
  }

  private mapUndeclared(node: ObjectNode, key: string, value: JsonValue): void {
    if (this.isStrict) {
      const path = joinPath(node.path, escapeName(key))
      const why = `the field \`${path}\` is not declared in the schema`
      throw new DocRejection('mapping', why, path)
    }
    if (value !== null) this.dynamic?.addKey(node.names, key, this.sink, value)
  }

  private mapLeaf(field: LeafNode, value: JsonValue): void {
    if (value === null) return
    if (typeof value !== 'object' || value instanceof JsonFloat) {
      if (typeof value === 'boolean' && field.isTimestamp) rejectTimestamp()
      this.emit(field, field.read(value))
    } else if (Array.isArray(value)) {
      if (field.isTimestamp) rejectTimestamp()
      if (!field.array) rejectArray(field.path)
      for (const item of value) {
        if (item !== null) this.emit(field, field.read(item))
      }
    } else {
      if (field.isTimestamp) rejectTimestamp()
      field.read(value)
    }
  }

  private emit(field: LeafNode, value: TypedValue): void {
    const { sink } = this
    if (field.specId >= 0) sink.push(field.specId, value)
    if (field.isTimestamp && (typeof value === 'number' || typeof value === 'bigint')) {
      sink.timestamp(value)
    }
    for (const path of field.presence) sink.present(path)
    for (const target of field.concatenations) target.addTyped(value, sink)
  }

  private mapOpen(field: OpenNode, value: JsonValue): void {
    if (value === null) return
    if (isJsonObject(value)) {
      field.fields.addObject(value, this.sink)
      return
    }
    if (!Array.isArray(value)) {
      rejectValue(field.path, `expected object, got ${gist(value)}`)
    }
    if (!field.array) rejectArray(field.path)
    for (const item of value) {
      if (item === null) continue
      if (!isJsonObject(item)) rejectValue(field.path, `expected object, got ${gist(item)}`)
      field.fields.addObject(item, this.sink)
    }
  }
}

function parseLine(text: string): JsonObject {
  let doc: JsonValue
  try {
    doc = parseJson(text)
  } catch (error) {
    throw new DocRejection('json', messageOf(error))
  }
  if (isJsonObject(doc)) return doc
  throw new DocRejection('json', `the document is not a JSON object: \`${text.slice(0, 20)}\``)
}

function gist(value: JsonValue): string {
  const text = stringifyJson(value)
  return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``
}

function rejectArray(path: string): never {
  return rejectValue(path, 'array given but a single value expected')
}

function rejectTimestamp(): never {
  throw new DocRejection('mapping', 'timestamp field is required')
}

export function newMappedDoc(): MappedDoc {
  return { count: 0, fieldIds: [], values: [], timestamp: undefined, presentPaths: [] }
}

/** Compiles a mapping to nodes, adding the specs of declared fields in the order of the mapping. */
class NodeBuilder {
  private readonly config: IndexConfig
  private readonly specs: SpecList
  private readonly nowMs: number
  private readonly table: FieldTable
  /** By path of the source field: the concatenate fields that it feeds. */
  private readonly concatenations = new Map<string, ConcatenateSink[]>()
  private readonly ofDynamic: ConcatenateSink[] = []

  constructor(config: IndexConfig, specs: SpecList, nowMs: number) {
    this.config = config
    this.specs = specs
    this.nowMs = nowMs
    this.table = buildFieldTable(config.docMapping)
    this.collectConcatenations(config.docMapping.fieldMappings, '')
  }

  object(fields: readonly FieldMapping[], names: readonly string[], path: string): ObjectNode {
    const nodes = new Map<string, Node>()
    for (const field of fields) {
      const inner = joinPath(path, escapeName(field.name))
      if (field.type === 'object') {
        nodes.set(field.name, this.object(field.fieldMappings, [...names, field.name], inner))
      } else if (field.type === 'concatenate') {
        nodes.set(field.name, { kind: 'fed' })
      } else {
        nodes.set(field.name, field.type === 'json' ? this.open(inner) : this.leaf(inner))
      }
    }
    return { kind: 'object', path, names, fields: nodes }
  }

  dynamicFields(): OpenFields | undefined {
    const options = this.config.docMapping.dynamicMapping
    if (options === undefined) return undefined
    return new OpenFields('', this.specs, {
      terms: termOptions(options.indexing, this.table.tokenizers),
      column: jsonColumn(options),
      expandDots: options.expandDots,
      isReachable: (path) => this.table.resolve(path)?.mapping === 'dynamic',
      concatenations: this.ofDynamic,
    })
  }

  docLength(): number {
    const column = { normalizer: 'raw', precisionNs: 1 } as const
    return this.add({ path: DOC_LENGTH_PATH, type: 'u64', terms: undefined, column })
  }

  private leaf(path: string): LeafNode {
    const declared = this.declaredAt(path)
    const { array, type, terms, column } = resolveDeclared(declared, this.table.tokenizers)
    const isKept = type !== 'json' && (terms !== undefined || column !== undefined)
    const { indexFieldPresence, timestampField } = this.config.docMapping
    const answersExists = indexFieldPresence && terms !== undefined && column === undefined
    return {
      kind: 'leaf',
      path,
      read: makeValueReader(declared, this.nowMs),
      array,
      specId: isKept ? this.add({ path, type, terms, column }) : -1,
      isTimestamp: path === timestampField,
      presence: answersExists ? this.pathAndObjects(path) : [],
      concatenations: this.concatenations.get(path) ?? [],
    }
  }

  private open(path: string): OpenNode {
    const { field } = this.declaredAt(path)
    const { array, terms, column } = resolveDeclared({ path, field }, this.table.tokenizers)
    const expandDots = field.type === 'json' && field.expandDots
    const concatenations = this.concatenations.get(path) ?? []
    const options = { terms, column, expandDots, isReachable: () => true, concatenations }
    const fields = new OpenFields(path, this.specs, options)
    return { kind: 'open', path, array, fields }
  }

  private declaredAt(path: string) {
    const declared = this.table.declared.get(path)
    if (declared === undefined) throw new Error(`no declared field at ${path}`)
    return declared
  }

  private add(spec: Omit<FieldSpec, 'id'>): number {
    return this.specs.add(spec, () => undefined)
  }

  private pathAndObjects(path: string): string[] {
    const objects = [...this.table.objectPaths].filter((object) => path.startsWith(`${object}.`))
    return [...objects, path]
  }

  private collectConcatenations(fields: readonly FieldMapping[], prefix: string): void {
    for (const field of fields) {
      const path = joinPath(prefix, escapeName(field.name))
      if (field.type === 'object') this.collectConcatenations(field.fieldMappings, path)
      if (field.type !== 'concatenate') continue
      const terms = termOptions(field.indexing, this.table.tokenizers)
      const sink = new ConcatenateSink(path, this.specs, terms)
      for (const name of field.concatenateFields) {
        const source = this.siblingPath(prefix, name)
        this.concatenations.set(source, [...(this.concatenations.get(source) ?? []), sink])
      }
      if (field.includeDynamicFields) this.ofDynamic.push(sink)
    }
  }

  /** A name with a dot is a declared name, or a path into objects. */
  private siblingPath(prefix: string, name: string): string {
    const asName = joinPath(prefix, escapeName(name))
    return this.table.declared.has(asName) ? asName : joinPath(prefix, name)
  }
}
