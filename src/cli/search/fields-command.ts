import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { apiGetJson } from '../stack/api-client.ts'
import { defineCommand } from '../command/command.ts'
import { printJson, printRows } from '../command/rows.ts'
import { localClient } from '../stack/local-client.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { rememberFields } from '../stack/known-names.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { flag, text } from '../command/option.ts'
import { loadIndexFacts, type IndexFacts } from '../stack/index-facts.ts'

interface FieldRow {
  readonly name: string
  readonly types: readonly string[]
  readonly declared: boolean
  readonly searchable: boolean
  readonly fast: boolean
  readonly note: string
}

export const fieldsCommand = defineCommand({
  pages: () => true,
  description:
    'Declared fields come from the mapping; dynamic ones from the documents that are there.',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    index: text('--index <id>', 'the same as the argument, as other commands take it'),
    unused: flag('--unused', 'only declared fields that no document has'),
  },
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const client = localClient(stack, context.version)
    const id = await currentIndex(context, stack, args[0] ?? options.index)
    const facts = await loadIndexFacts(client, id)
    const caps = await apiGetJson(client, `/_elastic/${encodeURIComponent(id)}/_field_caps`)
    const all = fieldRows(facts, isJsonObject(caps) ? caps['fields'] : undefined)
    rememberFields(
      context.settings,
      id,
      all.map(({ name }) => name),
    )
    const rows = options.unused === true ? all.filter(({ note }) => note.includes(UNUSED)) : all
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/fields/1',
        id,
        fields: rows.map(({ name, types, declared, searchable, fast, note }) => ({
          name,
          types,
          declared,
          searchable,
          fast,
          note,
        })),
      })
    }
    const columns = [
      { name: 'field' },
      { name: 'type' },
      { name: 'search' },
      { name: 'fast' },
      { name: '' },
    ]
    await printRows(
      context,
      columns,
      rows.map((row) => [
        row.name,
        row.types.join(', '),
        row.searchable ? 'yes' : '',
        row.fast ? 'yes' : '',
        row.note,
      ]),
    )
    context.report.hint(
      'fast: can be sorted by, aggregated and drawn. dynamic: not declared, found in documents.',
    )
  },
})

const UNUSED = 'in no document'

function fieldRows(facts: IndexFacts | undefined, caps: JsonValue | undefined): FieldRow[] {
  const found = isJsonObject(caps) ? caps : {}
  const declared = facts?.fields ?? []
  const rows = declared.map((field): FieldRow => {
    const inside = Object.keys(found).filter(
      (name) => name === field.path || name.startsWith(`${field.path}.`),
    )
    const own = capsOf(found[field.path])
    const notes = [
      ...(field.path === facts?.timestampField ? ['the documents’ time'] : []),
      ...(facts?.defaultSearchFields.includes(field.path) === true ? ['searched by default'] : []),
      ...(inside.length === 0 ? [UNUSED] : []),
    ]
    return {
      name: field.path,
      types: [field.type],
      declared: true,
      searchable: inside.length === 0 || own.searchable || field.type === 'json',
      fast: field.fast,
      note: notes.join(', '),
    }
  })
  const names = new Set(declared.map(({ path }) => path))
  const dynamic = Object.keys(found)
    .filter((name) => !names.has(name) && !name.startsWith('_'))
    .map((name): FieldRow => {
      const { types, searchable, aggregatable } = capsOf(found[name])
      const parent = declared.find(
        ({ path, type }) => type === 'json' && name.startsWith(`${path}.`),
      )
      const note = parent === undefined ? 'dynamic' : `in ${parent.path}`
      return { name, types, declared: false, searchable, fast: aggregatable, note }
    })
    .filter(({ types }) => types.length > 0)
  return [...rows, ...dynamic]
}

function capsOf(value: JsonValue | undefined): {
  readonly types: readonly string[]
  readonly searchable: boolean
  readonly aggregatable: boolean
} {
  const byType = isJsonObject(value) ? value : {}
  const entries = Object.values(byType).filter(isJsonObject)
  const some = (key: string): boolean => entries.some((entry: JsonObject) => entry[key] === true)
  // Objects of the path are no values.
  const types = Object.keys(byType).filter((type) => type !== 'object')
  return { types, searchable: some('searchable'), aggregatable: some('aggregatable') }
}
