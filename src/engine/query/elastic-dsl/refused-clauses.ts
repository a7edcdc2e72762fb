/** Clauses of Elasticsearch that stay out: why, and the nearest that works. */
export const REFUSED_CLAUSES: ReadonlyMap<string, { readonly why: string; readonly fix: string }> =
  new Map([
    [
      'ids',
      refusal('documents have no ids', 'ask `terms` on a field of yours that tells them apart'),
    ],
    [
      'function_score',
      refusal(
        'scores are of words alone',
        'put `boost` on clauses of a `bool`, or sort by a field',
      ),
    ],
    [
      'script_score',
      refusal('there are no scripts', 'put `boost` on clauses of a `bool`, or sort by a field'),
    ],
    ['script', refusal('there are no scripts', 'index what it computes as a field')],
    [
      'boosting',
      refusal('scores only add up', 'put `boost` on what is wanted, as `should` of a `bool`'),
    ],
    ['rank_feature', refusal('there are no rank features', 'sort by the field')],
    ['distance_feature', refusal('scores are of words alone', 'sort by the field')],
    ['wrapper', refusal('a query comes as it is', 'send what it wraps as JSON')],
    ['pinned', refusal('documents have no ids', 'sort by a field of yours')],
    ['nested', refusal('objects in arrays are not kept apart', 'ask their fields by dotted paths')],
    [
      'has_child',
      refusal('documents have no relations', 'index what belongs together as one document'),
    ],
    [
      'has_parent',
      refusal('documents have no relations', 'index what belongs together as one document'),
    ],
    [
      'parent_id',
      refusal('documents have no relations', 'index what belongs together as one document'),
    ],
    [
      'more_like_this',
      refusal('documents are not compared', 'ask `match` with words of the document'),
    ],
    ['intervals', refusal('only phrases look at order', 'ask `match_phrase` with `slop`')],
    ['span_term', refusal('there are no spans', 'ask `match_phrase` with `slop`')],
    ['span_near', refusal('there are no spans', 'ask `match_phrase` with `slop`')],
    ['combined_fields', refusal('fields are scored one by one', 'ask `multi_match`')],
    [
      'terms_set',
      refusal(
        'the number to match is the same for all documents',
        'ask `bool` with `minimum_should_match`',
      ),
    ],
    ['percolate', refusal('queries are not stored', 'run each query on its own')],
    ['geo_distance', geo()],
    ['geo_bounding_box', geo()],
    ['geo_shape', geo()],
    ['knn', refusal('there are no vectors', 'ask `match`')],
  ])

interface Refused {
  readonly why: string
  readonly fix: string
}

function refusal(why: string, fix: string): Refused {
  return { why, fix }
}

function geo(): Refused {
  return refusal('there are no geo fields', 'ask `range` on latitude and longitude as numbers')
}
