import type { CostService } from '../../api/cost-routes.ts'
import { DEFAULT_ASSUMPTIONS, type CostAssumptions } from '../../cost/assumptions.ts'
import { buildCostDocument } from '../../cost/cost-document.ts'
import type { ActualCost } from '../../cost/actual.ts'
import { findLevers } from '../../cost/levers.ts'
import { assumeMeasured, type LocalMeasurement } from '../../cost/measured.ts'
import { estimateSearch } from '../../cost/search-estimate.ts'
import { estimateCost } from '../../cost/model.ts'
import { parseJson, isJsonObject, type JsonObject } from '../../engine/bytes/json.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import type { CliContext } from '../command/context.ts'
import { checkedAssumptions } from '../stack/checked-assumptions.ts'
import { measuredOf } from '../stack/measured-index.ts'

/** What the documents of a stack of this machine would cost in AWS, as its runs measured them. */
export function localCost({ settings }: CliContext, stack: LocalStack): CostService {
  const region = settings.get('region') ?? DEFAULT_ASSUMPTIONS.region
  return {
    async month(given) {
      const files = await stack.indexing.metastore.listIndexes(['*'])
      const { assumptions } = assumeMeasured({ ...DEFAULT_ASSUMPTIONS, region }, largestOf(files))
      return costJson(checkedAssumptions(assumptions, given))
    },
    search: searchCostJson,
  }
}

/** Of searches through the HTTP API, as the page makes them. */
export function searchCostJson(use: Parameters<CostService['search']>[0]): JsonObject {
  const { waitMs, usdPer1000 } = estimateSearch(use, true)
  return { wait_ms: waitMs, usd_per_1000: Number(usdPer1000.toPrecision(4)) }
}

/** The document of `cost-estimate --json`. */
export function costJson(assumptions: CostAssumptions, actual?: ActualCost): JsonObject {
  const columns = {
    assumed: estimateCost(assumptions),
    actual,
    tutorial: undefined,
    levers: findLevers(assumptions),
  }
  const document = parseJson(JSON.stringify(buildCostDocument(columns)))
  return isJsonObject(document) ? document : {}
}

/** Of several indexes the largest says most. */
function largestOf(files: readonly IndexFile[]): LocalMeasurement {
  const docsOf = ({ splits }: IndexFile): number =>
    splits.reduce((sum, { docCount }) => sum + docCount, 0)
  const [largest] = files.toSorted((a, b) => docsOf(b) - docsOf(a))
  return largest === undefined ? {} : measuredOf(largest)
}
