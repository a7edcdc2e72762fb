interface Refused {
  readonly why: string
  readonly fix: string
}

const ANOTHER_SEARCH = 'ask for it in a search of its own'

/** Aggregations of Elasticsearch that stay out: why, and the nearest that works. */
export const REFUSED_KINDS: ReadonlyMap<string, Refused> = new Map([
  ['global', { why: 'splits that cannot match are not opened', fix: ANOTHER_SEARCH }],
  ['top_hits', { why: 'documents are read after everything is merged', fix: ANOTHER_SEARCH }],
  ['top_metrics', { why: 'documents are read after everything is merged', fix: ANOTHER_SEARCH }],
  [
    'date_range',
    { why: 'bounds of dates have one form', fix: 'use `range` with nanoseconds, or `filters`' },
  ],
  ['ip_range', { why: 'addresses have no numbers', fix: 'use `filters` with `term` on a network' }],
  [
    'nested',
    { why: 'objects in arrays are not kept apart', fix: 'name their fields by dotted paths' },
  ],
  ['reverse_nested', { why: 'objects in arrays are not kept apart', fix: 'leave it out' }],
  ['significant_terms', { why: 'there is no background to compare with', fix: 'use `terms`' }],
  [
    'rare_terms',
    {
      why: 'splits report their most frequent values',
      fix: 'use `terms` ordered by {"_count": "asc"}',
    },
  ],
  ['sampler', { why: 'every document is looked at', fix: 'leave it out' }],
  [
    'percentile_ranks',
    { why: 'sketches answer in one direction', fix: 'use `filters` with `range`' },
  ],
  ['scripted_metric', { why: 'there are no scripts', fix: 'index what it computes as a field' }],
  [
    'cumulative_cardinality',
    {
      why: 'counts of distinct values are kept per bucket',
      fix: 'use `cardinality` in each bucket',
    },
  ],
  ['normalize', { why: 'it has no function of its own', fix: 'use `bucket_script`' }],
  [
    'auto_date_histogram',
    { why: 'buckets have the width that is asked for', fix: 'use `date_histogram`' },
  ],
  [
    'median_absolute_deviation',
    { why: 'sketches keep no distances', fix: 'use `percentiles` or `extended_stats`' },
  ],
])
