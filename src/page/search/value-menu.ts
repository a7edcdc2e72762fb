import { plainText, stringifyExact, type Json } from '../api/exact-json.ts'
import { existsClause, valueClause } from '../query/clause.ts'
import { withClause } from '../query/edit-query.ts'
import type { FieldFacts } from '../query/field-facts.ts'
import type { MenuItem } from '../shell/menu.tsx'
import { indexFacts } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { movedColumn } from './hit-columns.ts'
import { shownColumns } from './shown-columns.ts'
import { visibleText } from '../format/visible.ts'

/** What can be done with a value of a document. */
export function valueMenu(path: string, value: Json): readonly MenuItem[] {
  const field = indexFacts.value?.mapping.field(path)
  const clause = field === undefined ? undefined : valueClause(field, value)
  return [
    ...(clause === undefined
      ? []
      : [
          { label: 'Only this value', act: () => ask(clause, 'include') },
          { label: 'Not this value', act: () => ask(clause, 'exclude') },
        ]),
    ...fieldItems(path, field),
    { label: 'Copy value', act: () => void copy(copyText(value)) },
  ]
}

/** What can be done with a column. */
export function columnMenu(column: string): readonly MenuItem[] {
  const columns = shownColumns.value
  const at = columns.indexOf(column)
  const move = (step: -1 | 1) => () => navigate({ columns: movedColumn(columns, column, step) })
  return [
    ...(at > 0 ? [{ label: 'Move left', act: move(-1) }] : []),
    ...(at < columns.length - 1 ? [{ label: 'Move right', act: move(1) }] : []),
    ...fieldItems(column, indexFacts.value?.mapping.field(column)),
  ]
}

function fieldItems(path: string, field: FieldFacts | undefined): readonly MenuItem[] {
  const columns = shownColumns.value
  const exists = existsClause(path)
  const isColumn = columns.includes(path)
  return [
    ...(exists === undefined
      ? []
      : [{ label: 'Only documents with this field', act: () => ask(exists, 'include') }]),
    isColumn
      ? { label: 'Remove column', act: () => setColumns(columns.filter((each) => each !== path)) }
      : { label: 'Add as column', act: () => setColumns([...columns, path]) },
    ...(field?.fast === true && field.type !== 'datetime'
      ? [{ label: 'Stack histogram by this field', act: () => navigate({ by: path }) }]
      : []),
  ]
}

/** Columns that are as the page chose them are the page's choice still. */
function setColumns(columns: readonly string[]): void {
  navigate({ columns }, 'replace')
}

function ask(clause: string, mode: 'include' | 'exclude'): void {
  navigate({ query: withClause(viewState.value.query, clause, mode), doc: undefined })
}

/** A text alone, everything else as JSON. */
function copyText(value: Json): string {
  return typeof value === 'object' && value !== null ? stringifyExact(value) : plainText(value)
}

/** Also where the browser has no clipboard: on a page that came over HTTP from another machine. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
  }
}

/** A value as the title of its menu. */
export function menuTitle(path: string, value: Json): string {
  const text = visibleText(plainText(value))
  return `${visibleText(path)}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}
