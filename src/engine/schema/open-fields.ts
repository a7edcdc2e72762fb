import { JsonFloat, type JsonValue } from '../bytes/json.ts'
import { parseRfc3339 } from '../dates/datetime.ts'
import { DocRejection } from './doc-rejection.ts'
import { escapeName, joinPath } from './field-path.ts'
import type { FieldSpec, TermOptions } from './field-spec.ts'
import { canonicalNumber, numberType } from './field-value.ts'
import type { MappingSink, SpecList } from './mapping-sink.ts'
import type { ColumnOptions } from './schema.ts'
import type { TypedValue, ValueType } from './value-type.ts'

/** Paths below json and dynamic fields that one mapper may meet, those without values included. */
const MAX_OPEN_PATHS = 50_000

const TYPES = ['str', 'i64', 'u64', 'f64', 'bool', 'date'] as const
type OpenType = (typeof TYPES)[number]

/** One path below an open field. `specIds[t]` is the spec of type `TYPES[t]`, -1 until it is met. */
export interface PathNode {
  readonly path: string
  readonly parent: PathNode | undefined
  readonly children: Map<string, PathNode>
  readonly specIds: number[]
  /** False: queries cannot name the path, since a declared field stands there or around it. */
  readonly isReachable: boolean
  /** The document that last counted this path as present. */
  presentIn: number
}

interface OpenFieldOptions {
  readonly terms: TermOptions | undefined
  readonly column: ColumnOptions | undefined
  readonly expandDots: boolean
  /** Whether a query that names the path means this open field. */
  readonly isReachable: (path: string) => boolean
  /** Concatenate fields that take every leaf, paths dropped. */
  readonly concatenations: readonly ConcatenateSink[]
}

/** Values of any type at paths that appear as documents come: json fields and the dynamic field. */
export class OpenFields {
  private readonly options: OpenFieldOptions
  private readonly specs: SpecList
  readonly root: PathNode
  /** By path: keys that expand to the same path share a node. */
  private readonly nodes = new Map<string, PathNode>()
  /** False: nothing of its values is. */
  readonly isKept: boolean
  private readonly needsPresence: boolean

  constructor(path: string, specs: SpecList, options: OpenFieldOptions) {
    this.options = options
    this.specs = specs
    this.root = newNode(path, undefined, true)
    const { terms, column, concatenations } = options
    this.isKept = terms !== undefined || column !== undefined || concatenations.length > 0
    this.needsPresence = specs.indexFieldPresence && terms !== undefined && column === undefined
  }

  /** Maps everything inside the value of a json field. */
  addObject(value: JsonValue, sink: MappingSink): void {
    if (this.isKept) this.add(this.root, value, sink)
  }

  /** Maps the value of one key below the path `prefix` of declared objects. */
  addKey(prefix: readonly string[], key: string, sink: MappingSink, value: JsonValue): void {
    if (!this.isKept) return
    let node = this.root
    for (const name of prefix) node = node.children.get(name) ?? this.addChild(node, name)
    this.add(node.children.get(key) ?? this.addChild(node, key), value, sink)
  }

  /** Where the value of a key is mapped that was there before. */
  nodeAt(prefix: readonly string[], key: string): PathNode | undefined {
    let node: PathNode | undefined = this.root
    for (const name of prefix) node = node?.children.get(name)
    return node?.children.get(key)
  }

  /** Maps the text that stands at [start, end) of `line` in ASCII. */
  // oxlint-disable-next-line max-params -- as of `emit`
  addAscii(node: PathNode, sink: MappingSink, line: Buffer, start: number, end: number): void {
    const mayBeDate = isDigit(line[start])
    if (mayBeDate || this.options.concatenations.length > 0) {
      this.add(node, line.toString('latin1', start, end), sink)
      return
    }
    const id = this.specIdOf(node, 'str')
    if (id < 0) return
    sink.pushAscii(id, line, start, end)
    if (this.needsPresence) markPresent(node, sink)
  }

  /** Maps a value at this place. */
  add(node: PathNode, value: JsonValue, sink: MappingSink): void {
    switch (typeof value) {
      case 'string': {
        const date = isDigit(value.charCodeAt(0)) ? parseRfc3339(value) : undefined
        // Concatenate fields know no dates: they take the text.
        this.emit(node, date === undefined ? 'str' : 'date', date ?? value, sink)
        for (const target of this.options.concatenations) target.add('str', value, sink)
        return
      }
      case 'number':
      case 'bigint':
        this.emitNumber(node, value, sink)
        return
      case 'boolean':
        this.emit(node, 'bool', value, sink)
        for (const target of this.options.concatenations) target.add('bool', value, sink)
        return
      default:
        if (value !== null) this.addStructure(node, value, sink)
    }
  }

  private addStructure(node: PathNode, value: object & JsonValue, sink: MappingSink): void {
    if (value instanceof JsonFloat) {
      this.emitNumber(node, value.value, sink)
    } else if (Array.isArray(value)) {
      for (const item of value) this.add(node, item, sink)
    } else {
      for (const key in value) {
        const inner = value[key]
        if (inner === undefined || inner === null) continue
        this.add(node.children.get(key) ?? this.addChild(node, key), inner, sink)
      }
    }
  }

  private emitNumber(node: PathNode, value: number | bigint, sink: MappingSink): void {
    const number = canonicalNumber(value)
    const type = numberType(number)
    this.emit(node, type, number, sink)
    for (const target of this.options.concatenations) target.add(type, number, sink)
  }

  // oxlint-disable-next-line max-params -- where, what and whereto; an object per value would cost
  private emit(node: PathNode, type: OpenType, value: TypedValue, sink: MappingSink): void {
    const id = this.specIdOf(node, type)
    if (id < 0) return
    sink.push(id, value)
    if (this.needsPresence) markPresent(node, sink)
  }

  /** -1: such values are not kept. */
  private specIdOf(node: PathNode, type: OpenType): number {
    const { terms, column } = this.options
    if (!node.isReachable || (terms === undefined && column === undefined)) return -1
    const id = node.specIds[TYPES.indexOf(type)] as number
    return id < 0 ? addSpec(this.specs, node, type, this.options) : id
  }

  private addChild(node: PathNode, key: string): PathNode {
    const name = this.options.expandDots ? key : escapeName(key)
    const path = joinPath(node.path, name)
    let child = this.nodes.get(path)
    if (child === undefined) {
      if (this.nodes.size >= MAX_OPEN_PATHS) {
        const why = `too many paths in one split limit=${MAX_OPEN_PATHS}`
        throw new DocRejection('limit', why, { path })
      }
      child = newNode(path, this.parentOf(path, node), this.options.isReachable(path))
      this.nodes.set(path, child)
    }
    node.children.set(key, child)
    return child
  }

  /** With expanded dots a key may skip levels; presence counts them all the same. */
  private parentOf(path: string, node: PathNode): PathNode {
    if (!this.options.expandDots) return node
    const dot = path.lastIndexOf('.')
    if (dot <= node.path.length) return node
    return this.addChild(node, path.slice(node.path === '' ? 0 : node.path.length + 1, dot))
  }
}

function isDigit(unit: number | undefined): boolean {
  return unit !== undefined && unit >= 48 && unit <= 57
}

/** The inverted index that a concatenate field is: values from many fields, one path. */
export class ConcatenateSink {
  private readonly node: PathNode
  private readonly specs: SpecList
  private readonly options: Pick<OpenFieldOptions, 'terms' | 'column'>

  constructor(path: string, specs: SpecList, terms: TermOptions | undefined) {
    this.node = newNode(path, undefined, true)
    this.specs = specs
    this.options = { terms, column: undefined }
  }

  add(type: OpenType, value: TypedValue, sink: MappingSink): void {
    let id = this.node.specIds[TYPES.indexOf(type)] as number
    if (id < 0) id = addSpec(this.specs, this.node, type, this.options)
    sink.push(id, value)
  }

  /** A value that a declared field has converted. */
  addTyped(value: TypedValue, sink: MappingSink): void {
    if (typeof value === 'string') {
      this.add('str', value, sink)
    } else if (typeof value === 'boolean') {
      this.add('bool', value, sink)
    } else if (!(value instanceof Uint8Array)) {
      const number = canonicalNumber(value)
      this.add(numberType(number), number, sink)
    }
  }
}

function newNode(path: string, parent: PathNode | undefined, isReachable: boolean): PathNode {
  return {
    path,
    parent,
    children: new Map(),
    specIds: TYPES.map(() => -1),
    isReachable,
    presentIn: -1,
  }
}

// oxlint-disable-next-line max-params -- the list, where in it, and how values are kept
function addSpec(
  specs: SpecList,
  node: PathNode,
  type: OpenType,
  options: Pick<OpenFieldOptions, 'terms' | 'column'>,
): number {
  const spec: Omit<FieldSpec, 'id'> = {
    path: node.path,
    type: type satisfies ValueType,
    terms: options.terms,
    column: options.column,
  }
  const at = TYPES.indexOf(type)
  const id = specs.add(spec, () => (node.specIds[at] = -1))
  node.specIds[at] = id
  return id
}

/** The path and everything above it, once per document. */
function markPresent(node: PathNode, sink: MappingSink): void {
  let at: PathNode | undefined = node
  while (at !== undefined && at.path !== '' && at.presentIn !== sink.docSerial) {
    at.presentIn = sink.docSerial
    sink.present(at.path)
    at = at.parent
  }
}
