interface Refused {
  readonly why: string
  readonly fix: string
}

const NO_PLACES = { why: 'there are no geo fields', fix: 'use `range` on latitude and longitude' }
const NO_PARENTS = { why: 'documents have no parents', fix: 'index what belongs together as one' }
const NO_SAMPLE = { why: 'every document is looked at', fix: 'leave it out' }
const NO_BACKGROUND = { why: 'there is no background to compare with', fix: 'use `terms`' }
const NO_TESTS = { why: 'it has no statistics of pairs', fix: 'use `extended_stats` of each' }

/** Aggregations of Elasticsearch that stay out: why, and the nearest that works. */
export const REFUSED_KINDS: ReadonlyMap<string, Refused> = new Map<string, Refused>([
  [
    'nested',
    { why: 'objects in arrays are not kept apart', fix: 'name their fields by dotted paths' },
  ],
  ['reverse_nested', { why: 'objects in arrays are not kept apart', fix: 'leave it out' }],
  ['significant_terms', NO_BACKGROUND],
  ['significant_text', NO_BACKGROUND],
  [
    'rare_terms',
    {
      why: 'splits report their most frequent values',
      fix: 'use `terms` ordered by {"_count": "asc"}',
    },
  ],
  ['sampler', NO_SAMPLE],
  ['diversified_sampler', NO_SAMPLE],
  ['random_sampler', NO_SAMPLE],
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
  ...[
    'geo_distance',
    'geohash_grid',
    'geotile_grid',
    'geohex_grid',
    'geo_bounds',
    'geo_centroid',
    'geo_line',
    'cartesian_bounds',
    'cartesian_centroid',
  ].map((name): [string, Refused] => [name, NO_PLACES]),
  ['children', NO_PARENTS],
  ['parent', NO_PARENTS],
  ['matrix_stats', NO_TESTS],
  ['t_test', NO_TESTS],
  [
    'variable_width_histogram',
    { why: 'buckets have the width that is asked for', fix: 'use `histogram`' },
  ],
  ['adjacency_matrix', { why: 'filters are not paired', fix: 'use `filters` in `filters`' }],
  ['ip_prefix', { why: 'addresses are not cut', fix: 'use `ip_range` with a `mask` for each' }],
  [
    'string_stats',
    { why: 'lengths and letters of texts are not kept', fix: 'index the length as a field' },
  ],
  ['boxplot', { why: 'it has no figure of its own', fix: 'use `percentiles` 0, 25, 50, 75, 100' }],
  [
    'rate',
    {
      why: 'buckets are not divided by how long they are',
      fix: 'use `sum` with a `derivative` that has a `unit`, or `bucket_script`',
    },
  ],
  ['time_series', { why: 'fields are no dimensions', fix: 'use `multi_terms`' }],
  ['categorize_text', { why: 'texts are not grouped by likeness', fix: 'use `terms`' }],
  ['frequent_item_sets', { why: 'sets are not searched for', fix: 'use `multi_terms`' }],
  ...['bucket_count_ks_test', 'bucket_correlation', 'change_point', 'inference'].map(
    (name): [string, Refused] => [
      name,
      { why: 'it has no statistics beyond the buckets', fix: 'compute it from the buckets' },
    ],
  ),
])
