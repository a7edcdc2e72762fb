import { inferIndexConfig } from '../../engine/sources/infer/infer.ts'
import { parseIndexConfig } from '../../engine/schema/config-text.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import { noteRows } from '../command/note-rows.ts'
import { REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import { noteFields } from '../intake/inferred-fields.ts'
import type { Source } from '../../engine/sources/source.ts'
import {
  DEFAULT_SAMPLE_DOCS,
  sampleSource,
  type SourceSample,
} from '../../engine/sources/sample-source.ts'
import { checkFit } from './check-fit.ts'
import {
  FIELD_TYPES,
  timestampChoices,
  withFastToggled,
  withoutField,
  withType,
  yamlOfDraft,
  type SchemaDraft,
} from './schema-draft.ts'

interface SchemaRequest {
  readonly indexId: string
  /** What is looked into, as the user is told. */
  readonly name: string
  /** One file, or a few objects of many. */
  readonly samples: readonly (() => Promise<Source>)[]
  /** `none` for no time field. */
  readonly timestampField: string | undefined
}

const NO_TIME = 'none'

/** Infers a mapping from the user's own documents, shows it, and changes it until it is accepted.
 *  Returns it as a commented config file. */
export async function settleSchema(
  context: CliContext,
  request: SchemaRequest,
): Promise<{ readonly yaml: string; readonly template: string | undefined }> {
  const { docs, format } = await sampleAll(context, request)
  let draft = inferredDraft({ docs, format }, request)
  for (;;) {
    const kind =
      draft.template === undefined
        ? ''
        : ` (the mapping that comes with qw-lambda for ${draft.template.name})`
    context.report.note(`Found in ${plural(docs.length, 'document')} of ${request.name}${kind}:`)
    noteFields(context, { ...draft, docs, name: request.name, format })
    const yaml = yamlOfDraft(draft)
    await noteFit(context, yaml, request)
    const next = await askForChange(context, draft)
    if (next === undefined) return { yaml, template: draft.template?.name }
    draft = next
  }
}

/** As many documents of each sample as make the usual number of all; one that cannot be read is passed
 *  over where another can. */
async function sampleAll(
  { clock, signal }: CliContext,
  { samples }: SchemaRequest,
): Promise<SourceSample> {
  const found: SourceSample[] = []
  const maxDocs = Math.ceil(DEFAULT_SAMPLE_DOCS / Math.max(1, samples.length))
  let failure: unknown
  for (const open of samples) {
    try {
      found.push(await sampleSource(await open(), { maxDocs, nowMs: clock.nowMs(), signal }))
    } catch (error) {
      if (signal.aborted) throw error
      failure ??= error
    }
  }
  const [first] = found
  if (first === undefined) throw failure
  return { format: first.format, docs: found.flatMap(({ docs }) => docs) }
}

function inferredDraft({ docs, format }: SourceSample, request: SchemaRequest): SchemaDraft {
  const { indexId, timestampField } = request
  const named =
    timestampField === undefined || timestampField === NO_TIME ? undefined : timestampField
  const inferred = inferIndexConfig(docs, {
    indexId,
    format,
    ...(named === undefined ? {} : { timestampField: named }),
  })
  const timestamp =
    timestampField === NO_TIME ? undefined : (named ?? inferred.timestampCandidates[0])
  const { fields, leftDynamic, yaml, config } = inferred
  const template =
    inferred.template === undefined || timestampField === NO_TIME
      ? undefined
      : { name: inferred.template, yaml }
  const searched = template === undefined ? undefined : config.searchSettings.defaultSearchFields
  return { indexId, fields, leftDynamic, timestamp, searched, template }
}

/** A wrong choice shows before anything is written. */
async function noteFit(
  context: CliContext,
  yaml: string,
  { samples }: SchemaRequest,
): Promise<void> {
  const config = parseIndexConfig(yaml, 'yaml')
  const [open] = samples
  if (open === undefined) return
  const fit = await checkFit(context, config, await open())
  const total = fit.docCount + fit.rejectedCount
  if (fit.rejectedCount === 0) {
    return context.report.note(
      `The first ${plural(total, 'document')} fit${total === 1 ? 's' : ''} this mapping.`,
    )
  }
  context.report.warn(
    `${formatCount(fit.rejectedCount)} of the first ${plural(total, 'document')} would be rejected:`,
  )
  noteRows(context, REASON_COLUMNS, fit.rejectReasons.map(reasonRow))
}

/** Undefined: accepted. */
async function askForChange(
  context: CliContext,
  draft: SchemaDraft,
): Promise<SchemaDraft | undefined> {
  const { prompts, report } = context
  if (!prompts.interactive) return undefined
  const action = await prompts.select({
    message: 'This mapping',
    flag: '--schema <file>',
    fallback: 'accept',
    choices: [
      { value: 'accept', name: 'accept it' },
      {
        value: 'time',
        name: 'choose the timestamp field',
        hint: `now: ${draft.timestamp ?? NO_TIME}`,
      },
      { value: 'type', name: 'change a field’s type' },
      {
        value: 'fast',
        name: 'make a field fast, or not',
        hint: 'fast fields can be sorted, aggregated and drawn',
      },
      { value: 'drop', name: 'drop a field', hint: 'its values stay searchable, undeclared' },
      { value: 'yaml', name: 'show the config file' },
    ],
  })
  switch (action) {
    case 'accept':
      return undefined
    case 'yaml':
      report.note(yamlOfDraft(draft))
      return draft
    case 'time':
      return { ...draft, template: undefined, timestamp: await askTimestamp(context, draft) }
    case 'type':
      return await askType(context, draft)
    case 'fast':
      return withFastToggled(draft, await askField(context, draft))
    case 'drop':
      return withoutField(draft, await askField(context, draft))
  }
}

async function askTimestamp(
  { prompts }: CliContext,
  draft: SchemaDraft,
): Promise<string | undefined> {
  const names = [...timestampChoices(draft), NO_TIME]
  const name = await prompts.select({
    message: 'Timestamp field',
    flag: '--timestamp-field',
    fallback: draft.timestamp ?? NO_TIME,
    choices: names.map((value) => ({ value, name: value })),
  })
  return name === NO_TIME ? undefined : name
}

async function askType(context: CliContext, draft: SchemaDraft): Promise<SchemaDraft> {
  const name = await askField(context, draft)
  const type = await context.prompts.select({
    message: `Type of ${name}`,
    flag: '--schema <file>',
    fallback: FIELD_TYPES[0],
    choices: FIELD_TYPES.map((value) => ({ value, name: value })),
  })
  return withType(draft, name, type)
}

async function askField({ prompts }: CliContext, draft: SchemaDraft): Promise<string> {
  return await prompts.select({
    message: 'Field',
    flag: '--schema <file>',
    fallback: draft.fields[0]?.name,
    choices: draft.fields.map(({ name, type, fast }) => ({
      value: name,
      name: `${name} (${type}${fast ? ', fast' : ''})`,
    })),
  })
}
