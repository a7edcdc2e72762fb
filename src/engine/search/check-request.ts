import { QwError } from '../errors.ts'
import {
  MAX_HITS_LIMIT,
  SORT_KEYS_LIMIT,
  START_OFFSET_LIMIT,
  type SearchRequest,
} from './request.ts'
import { parseDocAddress } from './top-hits.ts'

/** What is wrong with a request whatever the index. Throws `invalid`. */
export function checkRequest(request: SearchRequest): void {
  const { indexIdPatterns, maxHits, startOffset, sort, searchAfter } = request
  if (!indexIdPatterns.some((pattern) => !pattern.startsWith('-'))) {
    throw new QwError('invalid', 'a search names at least one index id or pattern')
  }
  checkCount('max_hits', maxHits, MAX_HITS_LIMIT)
  checkCount('start_offset', startOffset, START_OFFSET_LIMIT)
  if (sort.filter(({ by }) => by !== 'doc').length > SORT_KEYS_LIMIT) {
    throw new QwError(
      'invalid',
      `a search sorts by at most SORT_KEYS_LIMIT=${SORT_KEYS_LIMIT} fields`,
    )
  }
  if (searchAfter !== undefined && searchAfter.length !== sort.length) {
    throw new QwError('invalid', 'sort and search_after are of different length', {
      fix: 'pass the sort values of the last hit, one for each sort key',
    })
  }
  sort.forEach(({ by }, i) => {
    if (by === 'doc' && searchAfter !== undefined) parseDocAddress(searchAfter[i] ?? null)
  })
}

function checkCount(name: string, value: number, limit: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= limit) return
  throw new QwError(
    'invalid',
    `\`${name}\` must be a whole number from 0 to ${limit}, not ${value}`,
    {
      fix: 'narrow the query by a range on the sort field, or page with search_after in the Elasticsearch dialect',
    },
  )
}
