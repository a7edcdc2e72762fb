import { isJsonObject, type JsonValue } from '../../src/engine/bytes/json.ts'
import type { Answer } from './peer.ts'

/** Sketches promise one hundredth of the value: two of them differ by twice that. */
const PERCENTILE_ERROR = 0.02
/** Sums of doubles depend on their order. */
const SUM_ERROR = 1e-9
const DIFFERENCES_SHOWN = 3

type Aggregations = Pick<Answer, 'exact' | 'approximate'>

/** The numbers of an answer in Elasticsearch's form, by path. Empty buckets are nothing to tell. */
export function aggregationValues(aggregations: JsonValue | undefined): Aggregations {
  const exact: Record<string, number> = {}
  const approximate: Record<string, number> = {}
  const walk = (path: string, value: JsonValue | undefined): void => {
    if (!isJsonObject(value)) return
    if (typeof value['value'] === 'number') exact[path] = value['value']
    if (isJsonObject(value['values'])) {
      for (const [percent, each] of Object.entries(value['values'])) {
        approximate[`${path}/${Number(percent)}`] = Number(each)
      }
    }
    if (Array.isArray(value['buckets'])) {
      for (const bucket of value['buckets']) {
        if (!isJsonObject(bucket) || bucket['doc_count'] === 0) continue
        const here = `${path}/${keyText(bucket['key'])}`
        exact[here] = Number(bucket['doc_count'])
        walkAll(`${here}/`, bucket)
      }
    }
  }
  const walkAll = (prefix: string, values: JsonValue): void => {
    if (!isJsonObject(values)) return
    for (const [name, value] of Object.entries(values)) walk(`${prefix}${name}`, value)
  }
  walkAll('', aggregations ?? {})
  return { exact, approximate }
}

function keyText(key: JsonValue | undefined): string {
  return typeof key === 'string' ? key : String(Number(key))
}

/** What `theirs` says otherwise, a sentence each and not more than a few; empty when nothing. */
export function differencesOf(ours: Answer, theirs: Answer): string[] {
  const differences = [
    ...numbers('count', { '': ours.count }, { '': theirs.count }, 0),
    ...numbers('hits', { '': ours.hits }, { '': theirs.hits }, 0),
    ...numbers('time of hit', numbered(ours.newestMs), numbered(theirs.newestMs), 0),
    ...numbers('aggregation', ours.exact, theirs.exact, SUM_ERROR),
    ...numbers('percentile', ours.approximate, theirs.approximate, PERCENTILE_ERROR),
  ]
  const rest = differences.length - DIFFERENCES_SHOWN
  const shown = differences.slice(0, DIFFERENCES_SHOWN)
  return rest > 0 ? [...shown, `${rest} differences more`] : shown
}

function numbered(values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.entries())
}

function numbers(
  what: string,
  ours: Readonly<Record<string, number>>,
  theirs: Readonly<Record<string, number>>,
  error: number,
): string[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
  return names.flatMap((name) => {
    const [here, there] = [ours[name], theirs[name]]
    if (here !== undefined && there !== undefined) {
      if (Math.abs(here - there) <= error * Math.abs(here)) return []
    }
    return [
      `${what}${name === '' ? '' : ` ${name}`}: ${here ?? 'none'} here, ${there ?? 'none'} there`,
    ]
  })
}
