import { escapeName } from '../../schema/field-path.ts'
import type { FieldProposal, MappingProposal } from './mapping-proposal.ts'

const TITLE = 'Proposed from a sample of documents; edit before the index is created.'

/** Keys left to dynamic mode that a comment names each. */
const MAX_NAMED_KEYS = 100

/** A config that a person goes on editing: one comment per field says why it was proposed. */
export function writeMappingYaml(proposal: MappingProposal): string {
  const { indexId, fields, leftDynamic, timestamp, title = TITLE } = proposal
  const lines = [
    `# ${title}`,
    'version: "0.9"',
    `index_id: ${quote(indexId)}`,
    '',
    'doc_mapping:',
    '  # Keys that are not declared stay searchable (dynamic). Others: lenient, strict.',
    '  mode: dynamic',
  ]
  if (fields.length > 0) lines.push('  field_mappings:')
  for (const field of fields) lines.push(...fieldLines(field))
  for (const { name, reason } of leftDynamic.slice(0, MAX_NAMED_KEYS)) {
    lines.push(`  # ${quote(name)} is left to dynamic mode: ${reason}`)
  }
  const unnamed = leftDynamic.length - MAX_NAMED_KEYS
  if (unnamed > 0) lines.push(`  # ${unnamed} more keys are left to dynamic mode`)
  if (timestamp === undefined) {
    lines.push('  # No field holds one date in every document: no time pruning, no retention.')
  } else {
    lines.push(`  timestamp_field: ${quote(escapeName(timestamp))}`)
  }
  const texts = fields.filter(({ type }) => type === 'text').map(({ name }) => name)
  const searched = proposal.searched ?? texts.map(escapeName)
  if (searched.length > 0) {
    lines.push(
      '',
      'search_settings:',
      '  # Searched when a query names no field.',
      `  default_search_fields: [${searched.map(quote).join(', ')}]`,
    )
  }
  return `${lines.join('\n')}\n`
}

function fieldLines(field: FieldProposal): string[] {
  const always =
    field.presence === 1 ? '' : `; in ${Math.round(field.presence * 100)} % of the documents`
  const type = field.array ? `array<${field.type}>` : field.type
  const lines = [
    `    # ${field.reason}${always}`,
    `    - name: ${quote(field.name)}`,
    `      type: ${type}`,
  ]
  if (field.tokenizer !== undefined) lines.push(`      tokenizer: ${field.tokenizer}`)
  const hasWords = field.tokenizer !== undefined && field.tokenizer !== 'raw'
  // Positions answer phrases.
  if (hasWords) lines.push('      record: position')
  // Lengths weigh the score of free text; where values are few they say nothing.
  if (hasWords && field.type === 'text' && !field.fast) lines.push('      fieldnorms: true')
  if (field.dateFormats.length > 0) {
    lines.push(`      input_formats: [${field.dateFormats.map(quote).join(', ')}]`)
    const output = outputFormat(field)
    if (output !== undefined) lines.push(`      output_format: ${quote(output)}`)
  }
  if (field.type === 'datetime') {
    lines.push(`      fast_precision: ${field.dateUnit ?? 'milliseconds'}`)
  }
  if (field.type === 'object') {
    lines.push('      field_mappings:')
    for (const child of field.fields ?? []) {
      lines.push(...fieldLines(child).map((line) => `    ${line}`))
    }
  }
  if (field.fast) lines.push('      fast: true')
  return lines
}

/** Dates come back as they went in when they are all of one kind: numbers in their unit, patterns as
 *  written. Otherwise, and where a number had a fraction, as RFC 3339. */
function outputFormat({ dateFormats, dateUnit, reason }: FieldProposal): string | undefined {
  const [format, ...others] = dateFormats
  if (format === undefined || others.length > 0) return undefined
  if (format.includes('%')) return format
  if (format !== 'unix_timestamp' || reason.includes('fraction')) return undefined
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
