import { escapeName } from '../schema/field-path.ts'
import type { InferredField } from './infer.ts'

interface InferredMapping {
  readonly indexId: string
  readonly fields: readonly InferredField[]
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  readonly timestamp: string | undefined
}

/** A config that a person goes on editing: one comment per field says why it was proposed. */
export function writeInferredYaml({
  indexId,
  fields,
  leftDynamic,
  timestamp,
}: InferredMapping): string {
  const lines = [
    '# Proposed from a sample of documents; edit before the index is created.',
    'version: "0.9"',
    `index_id: ${quote(indexId)}`,
    '',
    'doc_mapping:',
    '  # Keys that are not declared stay searchable (dynamic). Others: lenient, strict.',
    '  mode: dynamic',
  ]
  if (fields.length > 0) lines.push('  field_mappings:')
  for (const field of fields) lines.push(...fieldLines(field))
  for (const { name, reason } of leftDynamic) {
    lines.push(`  # ${quote(name)} is left to dynamic mode: ${reason}`)
  }
  if (timestamp === undefined) {
    lines.push('  # No field holds one date in every document: no time pruning, no retention.')
  } else {
    lines.push(`  timestamp_field: ${quote(escapeName(timestamp))}`)
  }
  const searched = fields.filter(({ type }) => type === 'text').map(({ name }) => name)
  if (searched.length > 0) {
    lines.push(
      '',
      'search_settings:',
      '  # Searched when a query names no field.',
      `  default_search_fields: [${searched.map((name) => quote(escapeName(name))).join(', ')}]`,
    )
  }
  return `${lines.join('\n')}\n`
}

function fieldLines(field: InferredField): string[] {
  const always =
    field.presence === 1 ? '' : `; in ${Math.round(field.presence * 100)} % of the documents`
  const type = field.array ? `array<${field.type}>` : field.type
  const lines = [
    `    # ${field.reason}${always}`,
    `    - name: ${quote(field.name)}`,
    `      type: ${type}`,
  ]
  if (field.tokenizer !== undefined) lines.push(`      tokenizer: ${field.tokenizer}`)
  // Free text with positions answers phrases; its lengths weigh its score.
  if (field.tokenizer === 'default') lines.push('      record: position', '      fieldnorms: true')
  if (field.dateFormat !== undefined) {
    lines.push(`      input_formats: [${quote(field.dateFormat)}]`)
    const output = outputFormat(field)
    if (output !== undefined) lines.push(`      output_format: ${quote(output)}`)
    lines.push(`      fast_precision: ${field.dateUnit ?? 'seconds'}`)
  }
  if (field.fast) lines.push('      fast: true')
  return lines
}

/** Dates come back as they went in: numbers in their unit, patterns as written, others as RFC 3339. */
function outputFormat({ dateFormat, dateUnit }: InferredField): string | undefined {
  if (dateFormat?.includes('%') === true) return dateFormat
  if (dateFormat !== 'unix_timestamp') return undefined
  switch (dateUnit) {
    case 'milliseconds':
      return 'unix_timestamp_millis'
    case 'microseconds':
      return 'unix_timestamp_micros'
    case 'nanoseconds':
      return 'unix_timestamp_nanos'
    default:
      return 'unix_timestamp_secs'
  }
}

/** Plain where YAML reads it back as the same string, otherwise in double quotes. */
function quote(text: string): string {
  const isPlain = /^[a-zA-Z][a-zA-Z0-9_\-/]*$/.test(text)
  const isWord = /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain && !isWord ? text : JSON.stringify(text)
}
