import { basename } from 'node:path'
import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import type { SourceFormat } from '../../engine/schema/source-format.ts'
import type { InferredField } from '../../engine/sources/infer/infer.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount } from '../format/number.ts'
import { noteRows } from '../command/note-rows.ts'
import { STDIN } from './ingest-files.ts'

const COLUMNS = [
  { name: 'field' },
  { name: 'type' },
  { name: 'fast' },
  { name: 'in' },
  { name: 'example' },
  { name: 'because' },
]
const MAX_EXAMPLE_CHARS = 32
const MAX_ROWS = 200

interface FieldsView {
  readonly fields: readonly InferredField[]
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  readonly timestamp: string | undefined
  /** Where the examples come from. */
  readonly docs: readonly JsonObject[]
  /** Where those come from, and how it is written. */
  readonly name: string
  readonly format: SourceFormat
}

/** With or without the ending of a compression. */
const TABLE_NAME = /\.(?:csv|tsv)(?:\.\w{1,6})?$/i

/** What was found in a sample, on stderr: field, type, fast or not, example, reason. */
export function noteFields(context: CliContext, view: FieldsView): void {
  const rows = view.fields.map((field) => [
    field.name,
    typeText(field, view.timestamp),
    field.fast ? 'fast' : '',
    `${Math.round(field.presence * 100)} %`,
    exampleOf(view.docs, field.name),
    field.reason,
  ])
  const left = view.leftDynamic.map(({ name, reason }) => [
    name,
    'dynamic',
    '',
    '',
    exampleOf(view.docs, name),
    reason,
  ])
  const all = [...rows, ...left]
  noteRows(context, COLUMNS, all.slice(0, MAX_ROWS))
  if (all.length > MAX_ROWS) context.report.note(`… and ${formatCount(all.length - MAX_ROWS)} more`)
  if (isHeadless(view)) {
    context.report.hint(
      `The first line of ${view.name} does not name each of its columns, so every line is one text. Put the names before it: time,name,…`,
    )
  }
}

/** Called a table, and read as lines of text. */
function isHeadless({ name, format }: FieldsView): boolean {
  return format.kind === 'lines' && format.pattern === 'text' && TABLE_NAME.test(name)
}

function typeText(field: InferredField, timestamp: string | undefined): string {
  const type = field.array ? `array<${field.type}>` : field.type
  if (field.name === timestamp) return `${type}, the time`
  return field.tokenizer === 'default' ? `${type}, words` : type
}

function exampleOf(docs: readonly JsonObject[], name: string): string {
  // Own alone: a field may be named `constructor`.
  const found = docs.find((doc) => Object.hasOwn(doc, name) && doc[name] !== null)
  const value = found?.[name]
  const text = value === undefined ? '' : exampleText(value)
  return text.length > MAX_EXAMPLE_CHARS ? `${text.slice(0, MAX_EXAMPLE_CHARS - 1)}…` : text
}

function exampleText(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value)
}

/** A file's name as an index id: `logs/App Events-2026.ndjson.gz` is `app-events-2026`. */
export function indexIdFor(path: string): string {
  if (path === STDIN) return 'documents'
  const [stem = ''] = basename(path).split(/\.(?=[a-z])/i)
  const safe = stem
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|[-_]+$/g, '')
    .slice(0, 60)
  return safe.length >= 3 ? safe : 'documents'
}
