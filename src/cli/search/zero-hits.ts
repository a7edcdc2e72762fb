import type { QueryAst } from '../../engine/query/query-ast.ts'
import { nearestHint, nearestNames } from '../../engine/schema/nearest.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { formatTime, type Zone } from '../format/time.ts'
import { dataRange } from './choose-drawing.ts'
import { plainPath } from './columns.ts'
import { fieldNames, isKnownField } from './known-fields.ts'
import type { MsRange } from './histogram-view.ts'
import { nearQueryHints } from './near-queries.ts'
import type { IndexFacts } from '../stack/index-facts.ts'
import type { SearchSession } from './session.ts'
import { windowMs, type TimeWindow } from './time-options.ts'

/** What may explain that nothing matched, one sentence a line; asks the index for its time and fields. */
export async function zeroHitHints(
  session: SearchSession,
  asked: { readonly query: string; readonly ast: QueryAst } | undefined,
  window: TimeWindow,
): Promise<string[]> {
  const { facts, zone, context } = session
  if (facts === undefined) return ['no index matches that pattern: qw-lambda index list']
  const range = await dataRange(session, facts.indexId)
  if (range.docs === 0) {
    return [
      `${facts.indexId} holds no documents yet: qw-lambda generator run, or qw-lambda ingest <file>`,
    ]
  }
  return [
    ...(facts.timestampField === undefined ? [] : rangeHint(range, windowMs(window), zone)),
    ...(asked === undefined ? [] : presenceHints(asked.ast, facts)),
    ...(await unknownFieldHints(session, asked === undefined ? [] : fieldsIn(asked.ast))),
    ...(asked === undefined ? [] : await nearQueryHints(session, { ...asked, window })),
    ...freshnessHint(range, windowMs(window), context.clock.nowMs()),
  ]
}

/** Which of the fields no document has, with the names that may have been meant. */
export async function unknownFieldHints(
  session: SearchSession,
  fields: readonly string[],
): Promise<string[]> {
  const used = [...new Set(fields.map(plainPath))]
  return used.length === 0 ? [] : fieldHints(used, await fieldNames(session))
}

function rangeHint(range: MsRange, window: MsRange, zone: Zone): string[] {
  const at = (ms: number): string => formatTime(ms, zone, 'seconds')
  const covered = `the index covers ${at(range.startMs)} to ${at(range.endMs)}`
  if (window.endMs <= range.startMs) return [`${covered}: all of it after the time range asked for`]
  if (window.startMs >= range.endMs)
    return [`${covered}: all of it before the time range asked for`]
  return [covered]
}

/** `field:*` of a field without a column finds nothing, as in Quickwit, whatever documents have. */
function presenceHints(ast: QueryAst, { fields, hasFieldPresence }: IndexFacts): string[] {
  if (hasFieldPresence) return []
  const slow = new Set(fields.filter(({ fast }) => !fast).map(({ path }) => path))
  return [...new Set(existsIn(ast))]
    .filter((field) => slow.has(field))
    .map(
      (field) =>
        `${field}:* finds nothing, as ${field} is not fast: index again with index_field_presence: true`,
    )
}

function existsIn(ast: QueryAst): string[] {
  if (ast.kind === 'exists') return [ast.field]
  if (ast.kind === 'boost') return existsIn(ast.query)
  if (ast.kind !== 'bool') return []
  return [...ast.must, ...ast.filter, ...ast.should].flatMap(existsIn)
}

/** An index whose newest document is older gets no more, as far as one can tell. */
const STALE_MS = 86_400_000

/** Data comes in batches: what was made since is on its way. */
function freshnessHint(range: MsRange, window: MsRange, nowMs: number): string[] {
  const ageMs = nowMs - range.endMs
  if (ageMs <= 0 || ageMs > STALE_MS || window.endMs <= range.endMs) return []
  return [`the newest document is ${formatDuration(ageMs)} old: later ones are not indexed yet`]
}

function fieldHints(used: readonly string[], known: readonly string[]): string[] {
  return used
    .filter((field) => known.length > 0 && !isKnownField(field, known))
    .map(
      (field) => `no document has a field ${field}; ${nearestHint(nearestNames(field, known, 3))}`,
    )
}

function fieldsIn(ast: QueryAst): string[] {
  switch (ast.kind) {
    case 'bool':
      return [...ast.must, ...ast.filter, ...ast.should, ...ast.mustNot].flatMap(fieldsIn)
    case 'boost':
      return fieldsIn(ast.query)
    case 'exists':
      return [ast.field]
    case 'text':
    case 'term':
    case 'termSet':
    case 'pattern':
    case 'fuzzy':
    case 'range':
      return [...(ast.fields ?? [])]
    case 'matchAll':
    case 'matchNone':
      return []
  }
}
