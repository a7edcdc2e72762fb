import {
  isJsonObject,
  JsonFloat,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../bytes/json.ts'
import { isQwError, messageOf } from '../errors.ts'
import { utf8Length } from '../text/token-length.ts'
import { DocRejection, rejectValue } from './doc-rejection.ts'
import { escapeName, joinPath } from './field-path.ts'
import type { FieldSpec, MappedDoc } from './field-spec.ts'
import type { IndexConfig } from './index-config.ts'
import { LineShapes, type ValueTaker } from './line-shapes.ts'
import { memberOf, type Target } from './line-targets.ts'
import { NodeBuilder, type LeafNode, type ObjectNode, type OpenNode } from './mapping-nodes.ts'
import { MappingSink, SpecList } from './mapping-sink.ts'
import type { OpenFields } from './open-fields.ts'
import type { TypedValue } from './value-type.ts'

/** As much of a line as says where it goes wrong. */
const EXCERPT_CHARS = 20

interface DocMapperSettings {
  /** For date formats without a year. */
  readonly nowMs: number
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
  private readonly shapes = new LineShapes()
  private readonly rootTarget: Target
  private readonly taker: ValueTaker = {
    takeValue: (target, value) => this.takeValue(target, value),
    takeAscii: (target, line, start, end) => this.takeAscii(target, line, start, end),
  }

  constructor(config: IndexConfig, { nowMs }: DocMapperSettings) {
    const { docMapping } = config
    this.specList = new SpecList(docMapping.indexFieldPresence)
    this.specs = this.specList.specs
    const builder = new NodeBuilder(config, this.specList, nowMs)
    this.root = builder.object(docMapping.fieldMappings, [], '')
    this.dynamic = builder.dynamicFields()
    this.docLengthId = docMapping.storeDocumentSize ? builder.docLength() : -1
    this.rootTarget = { kind: 'object', node: this.root }
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

  /** Maps a line, which is valid UTF-8, that is written as lines that `learn` saw. False for others, and
   *  for what is rejected: `mapLine` has to see those. */
  mapKnown(line: Buffer, out: MappedDoc): boolean {
    if (!this.shapes.isWorthwhile) return false
    this.sink.begin(out)
    if (!this.readKnown(line) || (this.needsTimestamp && !this.sink.hasTimestamp)) {
      this.specList.rollback()
      return false
    }
    if (this.docLengthId >= 0) this.sink.push(this.docLengthId, line.length)
    this.specList.commit()
    return true
  }

  private readKnown(line: Buffer): boolean {
    try {
      return this.shapes.read(line, this.taker)
    } catch (error) {
      if (error instanceof DocRejection) return false
      throw error
    }
  }

  /** Remembers how a line is written that `mapLine` has taken. */
  learn(line: Buffer): void {
    if (!this.shapes.isWorthwhile) return
    const { isStrict, dynamic } = this
    this.shapes.learn(line, this.rootTarget, (parent, key) =>
      memberOf(parent, key, { isStrict, dynamic }),
    )
  }

  private takeValue(target: Target, value: JsonValue): void {
    if (target.kind === 'leaf') this.mapLeaf(target.field, value)
    else if (target.kind === 'open') target.fields.add(target.node, value, this.sink)
  }

  // oxlint-disable-next-line max-params -- an object per value would cost
  private takeAscii(target: Target, line: Buffer, start: number, end: number): void {
    if (target.kind === 'open') {
      target.fields.addAscii(target.node, this.sink, line, start, end)
    } else if (target.kind === 'leaf') {
      const { field } = target
      if (!field.takesTexts) {
        this.mapLeaf(field, line.toString('latin1', start, end))
        return
      }
      this.sink.pushAscii(field.specId, line, start, end)
      for (const path of field.presence) this.sink.present(path)
    }
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
      else this.mapObjects(field, value)
    }
  }

  /** A list of objects where there may be several; nothing is none of them. */
  private mapObjects(node: ObjectNode, value: JsonValue): void {
    const items = node.array && (value === null || Array.isArray(value)) ? (value ?? []) : undefined
    if (items === undefined) rejectNoObject(node.path, value)
    for (const item of items) {
      if (isJsonObject(item)) this.mapObject(node, item)
      else if (item !== null) rejectNoObject(node.path, item)
    }
  }

  private mapUndeclared(node: ObjectNode, key: string, value: JsonValue): void {
    if (this.isStrict) {
      const path = joinPath(node.path, escapeName(key))
      const why = `the field \`${path}\` is not declared in the schema`
      throw new DocRejection('mapping', why, { path })
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
      rejectNoObject(field.path, value)
    }
    if (!field.array) rejectArray(field.path)
    for (const item of value) {
      if (item === null) continue
      if (!isJsonObject(item)) rejectNoObject(field.path, item)
      field.fields.addObject(item, this.sink)
    }
  }
}

function parseLine(text: string): JsonObject {
  let doc: JsonValue
  try {
    doc = parseJson(text)
  } catch (error) {
    throw new DocRejection('json', messageOf(error), {
      summary: isQwError(error) ? messageOf(error.cause) : undefined,
      example: isQwError(error) ? text.slice(error.position).slice(0, EXCERPT_CHARS) : undefined,
    })
  }
  if (isJsonObject(doc)) return doc
  const summary = 'the document is not a JSON object'
  const example = text.slice(0, EXCERPT_CHARS)
  throw new DocRejection('json', `${summary}: \`${example}\``, { summary, example })
}

function rejectNoObject(path: string, value: JsonValue): never {
  return rejectValue(path, 'expected object, got {}', stringifyJson(value))
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
