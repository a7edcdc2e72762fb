import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import type { Zone } from '../format/time.ts'
import { zoneOf } from '../command/time-zone.ts'
import { loadIndexFacts, type IndexFacts } from '../stack/index-facts.ts'
import { rememberFields } from '../stack/known-names.ts'
import { openRoute, type SearchRoute } from '../stack/route.ts'
import type { SearchOptions } from './search-options.ts'

/** What every way of searching starts from. */
export interface SearchSession {
  readonly context: CliContext
  readonly options: SearchOptions
  readonly route: SearchRoute
  /** Id, list or pattern. */
  readonly index: string
  /** Of the first index that a pattern matches; undefined when none does. */
  readonly facts: IndexFacts | undefined
  readonly zone: Zone
  readonly startedMs: number
  /** Ctrl-C and the time limit. */
  readonly signal: AbortSignal
}

/** A single answer is waited for this long when `--timeout` says nothing. */
const DEFAULT_TIMEOUT_MS = 30_000

export async function openSearchSession(
  context: CliContext,
  options: SearchOptions,
): Promise<SearchSession> {
  const startedMs = context.clock.nowMs()
  const zone = zoneOf(context)
  const route = await openRoute(context, options.via ?? 'auto')
  const isLong = options.all === true || options.follow === true
  const isLimited = !isLong && context.settings.get('timeout') === undefined
  const signal = isLimited ? AbortSignal.any([context.signal, limitOf(route)]) : context.signal
  const index = await route.index(options.index)
  const facts = await loadIndexFacts(route.client, index, signal)
  // A local stack's are in its own files.
  if (facts !== undefined && route.client.via !== 'local') {
    rememberFields(
      context.settings,
      facts.indexId,
      facts.fields.map(({ path }) => path),
    )
  }
  return { context, options, route, index, facts, zone, startedMs, signal }
}

function limitOf(route: SearchRoute): AbortSignal {
  const controller = new AbortController()
  const goesOn = route.client.via === 'local' ? {} : { why: 'the other end was not stopped' }
  setTimeout(() => {
    controller.abort(
      new QwError('tooLarge', `no answer within ${DEFAULT_TIMEOUT_MS / 1_000} s`, {
        code: 'REQ-TIMEOUT',
        ...goesOn,
        fix: 'narrow the time range, or wait longer with --timeout 2m',
      }),
    )
  }, DEFAULT_TIMEOUT_MS).unref()
  return controller.signal
}

/** The index in a path of the API. */
export function indexPath(index: string): string {
  return encodeURIComponent(index)
}
