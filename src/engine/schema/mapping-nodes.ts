import { QwError } from '../errors.ts'
import { escapeName, joinPath } from './field-path.ts'
import type { FieldMapping } from './field-mapping.ts'
import type { FieldSpec } from './field-spec.ts'
import {
  buildFieldTable,
  DOC_LENGTH_PATH,
  jsonColumn,
  resolveDeclared,
  termOptions,
  type FieldTable,
} from './field-table.ts'
import { makeValueReader, type ValueReader } from './field-value.ts'
import type { IndexConfig } from './index-config.ts'
import type { SpecList } from './mapping-sink.ts'
import { ConcatenateSink, OpenFields } from './open-fields.ts'

/** A field that is declared, ready for its values. */
type MappingNode = LeafNode | OpenNode | ObjectNode | FedNode

/** A concatenate field: other fields feed it, a key of its name does not. */
interface FedNode {
  readonly kind: 'fed'
}

export interface LeafNode {
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
  /** Whether a text is a value as it is, and nothing else is made of it. */
  readonly takesTexts: boolean
}

export interface OpenNode {
  readonly kind: 'open'
  readonly path: string
  readonly array: boolean
  readonly fields: OpenFields
}

export interface ObjectNode {
  readonly kind: 'object'
  readonly path: string
  readonly array: boolean
  /** Names of the objects around the keys, as written. */
  readonly names: readonly string[]
  readonly fields: ReadonlyMap<string, MappingNode>
}

/** Compiles a mapping to nodes, adding the specs of declared fields in the order of the mapping. */
export class NodeBuilder {
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
    const nodes = new Map<string, MappingNode>()
    for (const field of fields) {
      const inner = joinPath(path, escapeName(field.name))
      if (field.type === 'object') {
        const object = this.object(field.fieldMappings, [...names, field.name], inner)
        nodes.set(field.name, { ...object, array: field.array })
      } else if (field.type === 'concatenate') {
        nodes.set(field.name, { kind: 'fed' })
      } else {
        nodes.set(field.name, field.type === 'json' ? this.open(inner) : this.leaf(inner))
      }
    }
    return { kind: 'object', path, array: false, names, fields: nodes }
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
    const concatenations = this.concatenations.get(path) ?? []
    return {
      kind: 'leaf',
      path,
      read: makeValueReader(declared, this.nowMs),
      array,
      specId: isKept ? this.add({ path, type, terms, column }) : -1,
      isTimestamp: path === timestampField,
      presence: answersExists ? this.pathAndObjects(path) : [],
      concatenations,
      takesTexts: isKept && type === 'str' && concatenations.length === 0,
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
    if (declared === undefined) throw new QwError('internal', `no declared field path=${path}`)
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
