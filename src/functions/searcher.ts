import { fileURLToPath } from 'node:url'
import { isMainThread, workerData } from 'node:worker_threads'
import { createApi } from '../api/app.ts'
import { functionCaller } from '../aws/function-caller.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../engine/search/caches.ts'
import { fanOut } from '../engine/search/fan-out.ts'
import type { LeafInvoker, LeafResponse } from '../engine/search/leaf-request.ts'
import { searchLeaf } from '../engine/search/leaf.ts'
import { spreadLeaf, WHOLE_SPLITS } from '../engine/search/spread.ts'
import { prefixStore } from '../stores/prefix-store.ts'
import { answerLeaf, isLeafEvent, leafCaller } from './handed-leaf.ts'
import {
  amount,
  byteAmount,
  coresOf,
  indexPlaceOf,
  lambdaCredentials,
  optional,
  required,
} from './lambda-environment.ts'
import { LeafWorkers, searchFor } from './leaf-workers.ts'
import { makeLambdaHost, type LambdaContext } from './lambda-host.ts'
import { pageFolder } from './page-folder.ts'
import { pollingStore } from './polling-store.ts'
import { makeSearcherHandler } from './searcher-handler.ts'

/** Set by the build; a build date or commit would make equal code unequal zips. */
declare const PACKAGE_VERSION: string

const { env } = process
const host = makeLambdaHost(env)
const { clock } = host
const { bucket, prefix } = indexPlaceOf(env)
const store = prefixStore(host.openBucket(bucket), prefix)
const polling = 'QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS'
const metastoreReads = pollingStore(store, { clock, intervalMs: 1_000 * amount(env, polling, 60) })
const partialResultBytes = byteAmount(
  env,
  'QW_LAMBDA_PARTIAL_REQUEST_CACHE_CAPACITY',
  DEFAULT_SEARCH_CACHE_LIMITS.partialResultBytes,
)
const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes })
const inThread: LeafInvoker = {
  search: (request, signal) => searchLeaf(request, { store, caches }, signal),
}
const cores = coresOf(env)
const here = cores > 1 ? onAllCores() : inThread
const callsMax = amount(env, 'QW_LAMBDA_LEAF_CALLS', 0)
const api = createApi(
  {
    search: {
      store,
      metastore: new Metastore(metastoreReads, host),
      caches,
      clock,
      leaf:
        callsMax > 0 ? fanOut({ ...host, here, elsewhere: otherRuns(), callsMax, caches }) : here,
    },
    ingest: undefined,
    indexRoot: `s3://${bucket}/${prefix}`.replace(/\/$/, ''),
    build: { version: PACKAGE_VERSION, commitHash: '', buildDate: '' },
    // Beside this file in the zip; whether anybody gets to it is the gateway's matter.
    page: pageFolder(fileURLToPath(new URL('page', import.meta.url))),
  },
  { apiKeys: [], responses: 'function' },
)
if (!isMainThread) searchFor(workerData, { search: searchInWorker })
const search = makeSearcherHandler({ ...host, fetch: (request) => api.fetch(request) })

/** This module again, in a thread for each further core. */
function onAllCores(): LeafInvoker {
  const file = new URL(import.meta.url)
  const workers = new LeafWorkers({ file, count: cores - 1, log: host.log })
  const ready = workers.ready.bind(workers)
  return spreadLeaf({ here: inThread, ready, caches, log: host.log, sizes: WHOLE_SPLITS })
}

/** With a line about what was read, which the line of the invocation does not count. */
async function searchInWorker(...leaf: Parameters<LeafInvoker['search']>): Promise<LeafResponse> {
  host.begin({ awsRequestId: '', getRemainingTimeInMillis: () => 0 })
  const answer = await inThread.search(...leaf)
  host.log({ event: 'leaf_thread', splits: leaf[0].splits.length })
  return answer
}

/** More runs of this very function. */
function otherRuns(): LeafInvoker {
  const caller = functionCaller({
    name: required(env, 'AWS_LAMBDA_FUNCTION_NAME'),
    region: required(env, 'AWS_REGION'),
    credentials: () => lambdaCredentials(env),
    endpoint: optional(env, 'AWS_ENDPOINT_URL_LAMBDA') ?? optional(env, 'AWS_ENDPOINT_URL'),
    clock,
  })
  return leafCaller(PACKAGE_VERSION, caller)
}

export const handler = (event: unknown, context: LambdaContext) =>
  isLeafEvent(event)
    ? answerLeaf(event, { ...host, here, version: PACKAGE_VERSION }, host.begin(context))
    : search(event, host.begin(context))
