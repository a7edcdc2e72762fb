import type { FetchContext } from './fetch.ts'
import { isCountedFirst, withoutHits } from './hit-splits.ts'
import { needsNothing, planLeaf, planSplit, readSplit } from './leaf-plan.ts'
import type { LeafRequest, LeafSplit } from './leaf-request.ts'
import { needKey, type Need, type Part } from './needs.ts'
import type { SearchPlanResponse } from './request.ts'

/** What a search would read of one split were nothing cached, the documents of hits apart: which those
 *  are only the search itself can tell. Costs the rounds for the footer and the dictionary blocks, since
 *  these say where everything else stands. */
export async function explainSplit(
  request: LeafRequest,
  split: LeafSplit,
  search: { readonly context: FetchContext; readonly signal: AbortSignal | undefined },
): Promise<readonly Need[]> {
  const plan = planSplit(planLeaf(request), split)
  if (needsNothing(plan)) return []
  const fetches = ({ part }: Need): boolean => part === 'termBlock'
  const { needs } = await readSplit(split, plan, { ...search, fetches })
  return distinct(needs)
}

/** What each split is read for before it is known which of them have hits; undefined: of each all of the
 *  above is read. Costs nothing after it. */
export async function explainCounting(
  request: LeafRequest,
  split: LeafSplit,
  search: { readonly context: FetchContext; readonly signal: AbortSignal | undefined },
): Promise<readonly Need[] | undefined> {
  const plan = planLeaf(request)
  if (request.splits.length === 1 || !isCountedFirst(plan, split)) return undefined
  const { hitLimit } = withoutHits(plan).request
  return await explainSplit({ ...request, hitLimit }, split, search)
}

function distinct(needs: readonly Need[]): Need[] {
  return [...new Map(needs.map((need) => [needKey(need), need])).values()]
}

type StorageRequests = SearchPlanResponse['storageRequests']

/** The names under which a plan's answer counts the parts; undefined: never part of a plan. */
const COUNTED_AS: Readonly<Record<Part, keyof StorageRequests | undefined>> = {
  footer: 'footer',
  column: 'fastfield',
  fieldnorms: 'fieldnorm',
  termBlock: 'sstable',
  postings: 'posting',
  positions: 'position',
  whole: undefined,
  docBlock: undefined,
}

/** One for each part: how many requests they become depends on how close they stand. */
export function countNeeds(needs: readonly Need[]): StorageRequests {
  const counts = { footer: 0, fastfield: 0, fieldnorm: 0, sstable: 0, posting: 0, position: 0 }
  for (const { part } of needs) {
    const name = COUNTED_AS[part]
    if (name !== undefined) counts[name]++
  }
  return counts
}
