import { isJsonObject } from '../../engine/bytes/json.ts'
import { apiGetJson } from '../stack/api-client.ts'
import { SOURCE_TEMPLATES } from '../../engine/sources/templates/source-templates.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { factLine } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import type { InitPlan } from './init-plan.ts'
import { shellWord } from '../command/shell-word.ts'
import { replayCommand } from './replay-command.ts'
import type { SettingName } from '../command/settings.ts'
import type { SetUp } from './set-up.ts'

const SHOWN_HITS = '5'

interface FirstQuery {
  readonly query: string
  readonly hits: number
  readonly elapsedMs: number
}

/** How an `init` ends: the first hits, what it took, what to type next. */
export async function showFirstHits(
  context: CliContext,
  plan: InitPlan,
  setUp: SetUp,
): Promise<void> {
  const query = await ask(plan, setUp)
  if (context.format === 'json') {
    const document = endDocument(context, plan, { setUp, query })
    return await context.out.write(`${JSON.stringify(document)}\n`)
  }
  context.report.note(`Set up ${plan.name} in ${setUp.place}`)
  const wasShown = setUp.firstData?.firstHitsMs !== undefined
  if (query !== undefined && !wasShown) await showHits(context, plan, query.query)
  noteFigures(context, plan, { setUp, query })
  const steps = nextSteps(plan, query)
  context.report.hint(`Next: ${steps.join('\n      ')}`)
  context.report.hint(`The same without questions:\n      ${replayCommand(context, plan)}`)
}

/** Hits from what was published first, while the rest is indexed. */
export async function showEarlyHits(
  context: CliContext,
  plan: InitPlan,
  docCount: number,
): Promise<void> {
  const first = plural(docCount, 'document')
  context.report.note(`First hits, from the first ${first}; the rest is being indexed:`)
  await showHits(context, plan, queryOf(plan))
}

function queryOf({ data }: InitPlan): string {
  return data.kind === 'sample' ? 'quantity:>5' : '*'
}

/** A query that finds something in data of this kind. */
async function ask(plan: InitPlan, { client, firstData }: SetUp): Promise<FirstQuery | undefined> {
  const { index } = plan
  if (firstData === undefined || index === undefined) return undefined
  const query = queryOf(plan)
  const parameters = new URLSearchParams({ query, max_hits: SHOWN_HITS, format: 'json' })
  const path = `/${encodeURIComponent(index.config.indexId)}/search?${parameters.toString()}`
  const answer = await apiGetJson(client, path)
  const fields = isJsonObject(answer) ? answer : {}
  return {
    query,
    hits: Number(fields['num_hits'] ?? 0),
    elapsedMs: Number(fields['elapsed_time_micros'] ?? 0) / 1_000,
  }
}

/** As the command shows them that the user will type next. */
async function showHits(
  context: CliContext,
  { name, index, target }: InitPlan,
  query: string,
): Promise<void> {
  const { settings } = context
  const place: Partial<Record<SettingName, string>> = {
    stack: name,
    target: target.kind,
    ...(target.kind === 'aws' ? { region: target.answers.region } : {}),
  }
  const named: CliContext['settings'] = {
    ...settings,
    get: (key) => place[key] ?? settings.get(key),
  }
  const options = { maxHits: SHOWN_HITS, index: index?.config.indexId }
  const inner = { ...context, settings: named }
  await context.runCommand('search', { context: inner, args: [query], options })
}

function noteFigures(
  context: CliContext,
  plan: InitPlan,
  { setUp: { firstData, indexBytes }, query }: End,
): void {
  if (firstData === undefined) return
  const { docs, rejected, sourceBytes, elapsedMs, firstHitsMs } = firstData
  const ratio = ((indexBytes / Math.max(1, sourceBytes)) * 100).toFixed(0)
  const parts = [
    ...(firstHitsMs === undefined ? [] : [`first hits after ${formatDuration(firstHitsMs)}`]),
    `${plural(docs, 'document')} in ${formatDuration(elapsedMs)} (${formatCount(rate(docs, elapsedMs))}/s)`,
    `index ${formatBytes(indexBytes)}, ${ratio} % of ${formatBytes(sourceBytes)} source`,
    ...(query === undefined ? [] : [`query ${formatDuration(query.elapsedMs)}`]),
  ]
  context.report.note(factLine(parts, context.out.columns))
  if (rejected > 0) {
    const what = `${plural(rejected, 'document')} did not fit the mapping and ${rejected === 1 ? 'is' : 'are'} not in the index`
    const index = plan.index?.config.indexId
    const where = index === undefined ? '' : ` --index ${index}`
    context.report.warn(what, `qw-lambda ingest failures${where}`)
  }
}

function rate(docs: number, elapsedMs: number): number {
  return Math.round((docs / Math.max(1, elapsedMs)) * 1_000)
}

function nextSteps({ data, index, name }: InitPlan, query: FirstQuery | undefined): string[] {
  if (query === undefined) {
    const create = index === undefined ? ' --create' : ''
    return [
      `qw-lambda ingest <file>${create}`,
      `qw-lambda search '*'`,
      `qw-lambda teardown --confirm ${name}`,
    ]
  }
  const { timestampField, fieldMappings } = index?.config.docMapping ?? {}
  const example = index?.template === undefined ? undefined : exampleOf(index.template)
  const text = fieldMappings?.find((field) => field.type === 'text' && field.fast !== undefined)
  const drawn = timestampField === undefined ? '' : ' --histogram'
  return [
    `qw-lambda search ${shellWord(query.query)}${drawn}`,
    example ??
      (data.kind === 'files' && text !== undefined
        ? `qw-lambda search --terms ${text.name}`
        : 'qw-lambda serve'),
    `qw-lambda teardown --confirm ${name}`,
  ]
}

/** The first query that comes with a ready mapping. */
function exampleOf(template: string): string | undefined {
  const [example] = SOURCE_TEMPLATES.get(template)?.examples ?? []
  return example === undefined
    ? undefined
    : `qw-lambda search ${shellWord(example.query)}   # ${example.finds}`
}

interface End {
  readonly setUp: SetUp
  readonly query: FirstQuery | undefined
}

function endDocument(
  context: CliContext,
  plan: InitPlan,
  { setUp, query }: End,
): Record<string, unknown> {
  const { firstData, indexBytes, region } = setUp
  return {
    ...setUp.deployResult,
    schema: 'qw-lambda/init/1',
    name: plan.name,
    target: plan.target.kind,
    region: region ?? null,
    project_file: context.settings.projectPath,
    deployed: true,
    index: plan.index?.config.indexId ?? null,
    index_config: plan.index?.path ?? null,
    first_data:
      firstData === undefined
        ? null
        : {
            docs: firstData.docs,
            rejected: firstData.rejected,
            source_bytes: firstData.sourceBytes,
            index_bytes: indexBytes,
            elapsed_ms: Math.round(firstData.elapsedMs),
            docs_per_second: rate(firstData.docs, firstData.elapsedMs),
          },
    first_query:
      query === undefined
        ? null
        : { query: query.query, hits: query.hits, elapsed_ms: query.elapsedMs },
    command: replayCommand(context, plan),
  }
}
