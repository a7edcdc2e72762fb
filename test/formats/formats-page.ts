import { SOURCE_FORMAT_NAMES, sourceFormatName } from '../../src/engine/schema/source-format.ts'
import type { FieldProposal } from '../../src/engine/sources/infer/mapping-proposal.ts'
import {
  SOURCE_TEMPLATES,
  type SourceTemplate,
} from '../../src/engine/sources/templates/source-templates.ts'

const INTRODUCTION = `# Formats

What a file holds is recognised by its content: first how it is packed, then how its documents are written. A name such as \`.ndjson\` decides only where the content says nothing. \`--input-format NAME\` says it instead, and \`ingest_settings.input_format\` says it for all files of an index. A record that cannot be read is rejected with its line and the reason; the others go on.

Packed: **gzip** and **zstd**, any number of members one after another. bzip2, xz, lz4, snappy frames and zip are named and refused, with the command that repacks them. Bytes after the last whole member are an error that says so. Text is UTF-8, or UTF-16 where its first bytes are the mark that Windows writes.

| format | what it is |
|---|---|
| \`ndjson\` | one JSON object a line |
| \`json\` | objects one after another, pretty-printed or not, or in arrays |
| \`json:a.b\` | the elements of the array at \`a.b\` of each outermost object |
| \`bulk\` | a file for Elasticsearch's bulk endpoint; its action lines are no documents |
| \`csv\`, \`tsv\`, \`csv-semicolon\` | a header line and records, quotes as in RFC 4180; line ends inside quotes become \`\\n\`, values stay text |
| \`logfmt\` | \`key=value\` pairs; values stay text |
| \`text\` | any line is a \`message\`; the time at its head, or behind a word or two such as its level, is its \`timestamp\`, and a line without one has that of the line before, or of the first that has one |
| \`nginx\`, \`alb\`, … | the sections below; \`apache\` is \`nginx\`, \`cloudtrail\` is \`json:Records\`, \`waf\` is \`ndjson\` |
| \`parquet\` | rows are documents; up to 256 MiB a file, with snappy, gzip, brotli or (from Node 22.15 on) zstd inside |

Where all values are text (CSV, logfmt), inference declares a column as a number when every value of it is written as one: \`007\` and \`1e3\` are not.
`

/** The page that docs/FORMATS.md has to be. */
export function formatsPage(): string {
  return [INTRODUCTION, ...[...SOURCE_TEMPLATES.values()].map(section)].join('\n')
}

function section(template: SourceTemplate): string {
  const { name, summary, format, fields, timestamp, examples } = template
  const lines = [
    `## ${name}`,
    '',
    `${summary}. Input format \`${sourceFormatName(format)}\`, time \`${timestamp}\`.`,
    '',
    ...examples.map(({ query, finds }) => `- \`${query}\`: ${finds}`),
    '',
  ]
  if (fields.length === 0) return lines.join('\n')
  return [
    ...lines,
    '| field | type |',
    '|---|---|',
    ...fields.flatMap((field) => rows(field, '')),
    '',
  ].join('\n')
}

function rows(field: FieldProposal, prefix: string): string[] {
  const name = `${prefix}${field.name}`
  if (field.type === 'object')
    return (field.fields ?? []).flatMap((child) => rows(child, `${name}.`))
  return [`| \`${name}\` | ${typeText(field)} |`]
}

function typeText({ type, array, tokenizer, dateUnit }: FieldProposal): string {
  const kind = array ? `array of ${type}` : type
  if (type === 'text')
    return tokenizer === 'raw' ? `${kind}, whole values` : `${kind}, words and whole values`
  return dateUnit === undefined ? kind : `${kind}, ${dateUnit}`
}

/** Names that the page has to say something about. */
export const NAMES = SOURCE_FORMAT_NAMES
