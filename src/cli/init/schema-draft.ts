import type { InferredField } from '../../engine/sources/infer/infer.ts'
import { writeMappingYaml } from '../../engine/sources/infer/mapping-yaml.ts'

/** A mapping on its way from "inferred" to "accepted". */
export interface SchemaDraft {
  readonly indexId: string
  readonly fields: readonly InferredField[]
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  readonly timestamp: string | undefined
  /** Searched when a query names no field; undefined: what reads as words. */
  readonly searched: readonly string[] | undefined
  /** The ready mapping that this is, unless the user changed something of it. */
  readonly template: { readonly name: string; readonly yaml: string } | undefined
}

export const FIELD_TYPES = [
  'text, whole values',
  'text, words',
  'u64',
  'i64',
  'f64',
  'bool',
  'datetime',
  'ip',
  'json',
] as const

type FieldType = (typeof FIELD_TYPES)[number]

const CHOSEN = 'as you chose'

export function yamlOfDraft(draft: SchemaDraft): string {
  const { template, searched, ...mapping } = draft
  return (
    template?.yaml ?? writeMappingYaml(searched === undefined ? mapping : { ...mapping, searched })
  )
}

/** Fields that may be the documents' time. */
export function timestampChoices({ fields }: SchemaDraft): string[] {
  return fields.filter(({ type, array }) => type === 'datetime' && !array).map(({ name }) => name)
}

export function withType(draft: SchemaDraft, name: string, type: FieldType): SchemaDraft {
  const changed = change(draft, name, (field) => ({ ...field, ...shapeOf(type), reason: CHOSEN }))
  return keepingTimestamp(changed)
}

export function withFastToggled(draft: SchemaDraft, name: string): SchemaDraft {
  return change(draft, name, (field) => ({ ...field, fast: !field.fast, reason: CHOSEN }))
}

/** The field is no longer declared; its values stay searchable, as those of any undeclared key. */
export function withoutField(draft: SchemaDraft, name: string): SchemaDraft {
  return keepingTimestamp({
    ...draft,
    template: undefined,
    searched: draft.searched?.filter((field) => field !== name),
    fields: draft.fields.filter((field) => field.name !== name),
    leftDynamic: [...draft.leftDynamic, { name, reason: CHOSEN }],
  })
}

function change(
  draft: SchemaDraft,
  name: string,
  to: (field: InferredField) => InferredField,
): SchemaDraft {
  return {
    ...draft,
    template: undefined,
    fields: draft.fields.map((field) => (field.name === name ? to(field) : field)),
  }
}

function keepingTimestamp(draft: SchemaDraft): SchemaDraft {
  const { timestamp } = draft
  const isThere = timestamp !== undefined && timestampChoices(draft).includes(timestamp)
  return isThere ? draft : { ...draft, template: undefined, timestamp: undefined }
}

function shapeOf(
  type: FieldType,
): Pick<InferredField, 'type' | 'fast' | 'tokenizer' | 'dateFormats' | 'dateUnit'> {
  const none = { tokenizer: undefined, dateFormats: [], dateUnit: undefined }
  switch (type) {
    case 'text, whole values':
      return { ...none, type: 'text', fast: true, tokenizer: 'raw' }
    case 'text, words':
      return { ...none, type: 'text', fast: false, tokenizer: 'default' }
    case 'datetime':
      // The formats that a mapping reads when it names none: RFC 3339 and Unix timestamps.
      return { ...none, type, fast: true, dateUnit: 'milliseconds' }
    case 'u64':
    case 'i64':
    case 'f64':
    case 'bool':
    case 'ip':
    case 'json':
      return { ...none, type, fast: true }
  }
}
