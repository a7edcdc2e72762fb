import { isQwError } from '../../engine/errors.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import { readConfigDocument } from '../../engine/schema/config-text.ts'
import { SOURCE_TEMPLATES } from '../../engine/sources/templates/source-templates.ts'
import { parseOptions, type RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { printJson, printRows } from '../command/rows.ts'
import { fieldFacts, type FieldFacts, type IndexFacts } from '../stack/index-facts.ts'
import {
  commandWords,
  mergedOptions,
  savedQueries,
  unknownName,
  type SavedQuery,
} from './saved-queries.ts'
import { SEARCH_OPTIONS } from './search-options.ts'
import { openSearchSession } from './session.ts'

/** `--list-saved`: what was saved, and what comes with the template that the index was made from. */
export async function listSaved(context: CliContext, raw: RawOptions): Promise<void> {
  const all = [...savedQueries(context), ...(await templateQueries(context, raw))]
  if (context.format === 'json') {
    return await printJson(
      context,
      all.map(({ name, flags, from, finds }) => ({ name, flags, from, finds: finds ?? null })),
    )
  }
  if (all.length === 0) context.report.hint('none yet: search … --save NAME')
  const columns = [{ name: 'name' }, { name: 'search' }, { name: 'from' }]
  await printRows(
    context,
    columns,
    all.map(({ name, flags, from, finds }) => [
      name,
      commandWords(flags),
      finds === undefined ? from : `${from}: ${finds}`,
    ]),
  )
}

/** `--saved`: what was saved under this name, with what was typed beside it. */
export async function withSaved(
  context: CliContext,
  name: string,
  typed: { readonly query: string | undefined; readonly raw: RawOptions },
): Promise<ReturnType<typeof mergedOptions>> {
  const own = savedQueries(context)
  const found = own.find((query) => query.name === name)
  if (found !== undefined) return mergedOptions(found, typed)
  const offered = await templateQueries(context, typed.raw)
  const example = offered.find((query) => query.name === name)
  if (example === undefined) throw unknownName(name, [...own, ...offered])
  return mergedOptions(example, typed)
}

/** The examples of the template whose fields the index has, as `nginx-1` and so on. */
async function templateQueries(context: CliContext, raw: RawOptions): Promise<SavedQuery[]> {
  const { index, via } = parseOptions(SEARCH_OPTIONS, { index: raw['index'], via: raw['via'] })
  let facts: IndexFacts | undefined
  try {
    const options = { ...parseOptions(SEARCH_OPTIONS, {}), index, via }
    facts = (await openSearchSession(context, options)).facts
  } catch (error) {
    // Without an index there is what was saved.
    if (!isQwError(error, 'notFound')) throw error
  }
  const template = facts === undefined ? undefined : templateOf(facts)
  return (template?.examples ?? []).map(({ query, finds }, i) => ({
    name: `${template?.name}-${i + 1}`,
    from: `template ${template?.name}`,
    flags: { query },
    finds,
  }))
}

/** Of those whose fields are all there, with their types, the one with the most. */
function templateOf({ fields }: IndexFacts) {
  const types = new Map(fields.map(({ path, type }) => [path, type]))
  return [...SOURCE_TEMPLATES.values()]
    .map((template) => ({ template, declared: fieldsOf(template.yaml('any')) }))
    .filter(({ declared }) => declared.every(({ path, type }) => types.get(path) === type))
    .toSorted((a, b) => b.declared.length - a.declared.length)[0]?.template
}

function fieldsOf(yaml: string): FieldFacts[] {
  const config = readConfigDocument(yaml, 'yaml')
  const mapping = isJsonObject(config) ? config['doc_mapping'] : undefined
  return isJsonObject(mapping) ? fieldFacts(mapping['field_mappings'], '') : []
}
