import { isQwError, QwError } from '../errors.ts'
import type { IndexMetadata } from '../metastore/index-metadata.ts'
import { askedConfig, configOfMapping } from '../metastore/past-mappings.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { bindQuery } from '../query/bind.ts'
import type { SplitFacts } from '../query/prune.ts'
import type { QueryAst } from '../query/query-ast.ts'
import type { Query } from '../query/query.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { buildSchema, type Schema } from '../schema/schema.ts'

/** What root and leaf both make of a request on one index. */
interface IndexSearch {
  readonly schema: Schema
  /** With the request's time bounds as a filter. */
  readonly query: Query
}

interface BoundRequest {
  readonly query: QueryAst
  readonly searchFields?: readonly string[] | undefined
  readonly startTimestamp?: number | undefined
  readonly endTimestamp?: number | undefined
}

/** Throws `invalid` as `bindQuery` does, and for time bounds on an index without timestamp field. */
export function bindIndexSearch(config: IndexConfig, request: BoundRequest): IndexSearch {
  const schema = schemaOf(config)
  const query = bindQuery(request.query, schema, { defaultFields: request.searchFields })
  return { schema, query: withTimeBounds(query, schema, { indexId: config.indexId, ...request }) }
}

/**
 * Binds by the mapping that splits were written with. Where it does not know a field that was added since,
 * the present mapping binds: their documents do not have it. Where it has the field and cannot be asked so
 * (it was not indexed, or not fast), that is `unanswerable`: the splits that may match fail with it, since
 * an answer without them would look whole. Throws as `bind` does.
 */
export function bindFor<Bound>(
  { metadata, docMappingUid }: { readonly metadata: IndexMetadata; readonly docMappingUid: string },
  bind: (config: IndexConfig) => Bound,
  present: () => Bound = () => bind(askedConfig(metadata)),
): { readonly bound: Bound; readonly unanswerable?: QwError } {
  const config = configOfMapping(metadata, docMappingUid)
  if (config === metadata.config) return { bound: present() }
  try {
    return { bound: bind(config) }
  } catch (error) {
    if (!isQwError(error, 'invalid')) throw error
    if (error.code !== 'QUERY-SCHEMA') return { bound: present() }
    const message = `its documents were indexed before the mapping changed: ${error.message}`
    const { code, fix } = error
    return { bound: present(), unanswerable: new QwError('invalid', message, { code, fix }) }
  }
}

/** What the metastore knows of a split, as pruning asks for it. */
export function splitFacts({ timeRange, tags, columnBounds }: SplitRecord): SplitFacts {
  return {
    timeRange:
      timeRange === undefined
        ? undefined
        : { start: timeRange.startSeconds, end: timeRange.endSeconds },
    tags: new Set(tags),
    columnBounds,
  }
}

const schemaOfConfig = new WeakMap<IndexConfig, Schema>()

function schemaOf(config: IndexConfig): Schema {
  let schema = schemaOfConfig.get(config)
  if (schema === undefined) {
    schema = buildSchema(config)
    schemaOfConfig.set(config, schema)
  }
  return schema
}

function withTimeBounds(
  query: Query,
  schema: Schema,
  request: BoundRequest & { readonly indexId: string },
): Query {
  const { startTimestamp: start, endTimestamp: end } = request
  if (start === undefined && end === undefined) return query
  const timestamp = schema.timestampField
  if (timestamp === undefined) {
    throw new QwError(
      'invalid',
      `index \`${request.indexId}\` has no timestamp field, so start_timestamp and end_timestamp do not apply`,
      { fix: 'leave the time bounds out, or search an index with `timestamp_field`' },
    )
  }
  const time: Query = {
    kind: 'range',
    field: { path: timestamp.path, type: 'date' },
    lower: start === undefined ? undefined : { value: secondsAsDate(start), inclusive: true },
    upper: end === undefined ? undefined : { value: secondsAsDate(end), inclusive: false },
  }
  return {
    kind: 'bool',
    must: [query],
    filter: [time],
    should: [],
    mustNot: [],
    minimumShouldMatch: 0,
  }
}

/** A typed date: milliseconds when they are exact. */
function secondsAsDate(seconds: number): number | bigint {
  const ms = seconds * 1000
  return Number.isSafeInteger(ms) ? ms : BigInt(Math.trunc(seconds)) * 1_000_000_000n
}
