import { createApi } from '../../api/app.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import { SearchCaches } from '../../engine/search/caches.ts'
import type { ObjectStore } from '../../engine/ports.ts'
import { INDEX_PREFIX } from '../../functions/lambda-environment.ts'
import { prefixStore } from '../../stores/prefix-store.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { ApiClient } from './api-client.ts'
import type { CliContext } from '../command/context.ts'
import { outputOf, type Deployment } from './aws-deployment.ts'

/** The deployment's indexes, read with the caller's own credentials: no function involved. */
export function indexStore(deployment: Deployment): ObjectStore {
  return prefixStore(
    deployment.session.openBucket(outputOf(deployment, 'IndexBucket')),
    `${INDEX_PREFIX}/`,
  )
}

export function indexRootOf(deployment: Deployment): string {
  return `s3://${outputOf(deployment, 'IndexBucket')}/${INDEX_PREFIX}`
}

/** The deployment's metastore; whatever the caller publishes here the functions see. */
export function cloudMetastore(context: CliContext, deployment: Deployment): Metastore {
  return new Metastore(indexStore(deployment), { clock: context.clock, random: systemRandom })
}

/** The engine in this process over the index bucket. Reading takes one round trip to S3 after another,
 *  from here instead of from inside the Region. */
export function directClient(context: CliContext, deployment: Deployment): ApiClient {
  const { clock, version } = context
  const store = indexStore(deployment)
  const metastore = new Metastore(store, { clock, random: systemRandom })
  const api = createApi(
    {
      search: { store, metastore, caches: new SearchCaches(), clock },
      ingest: undefined,
      indexRoot: indexRootOf(deployment),
      build: { version, commitHash: '', buildDate: '' },
    },
    { apiKeys: [], responses: 'plain' },
  )
  return { via: 'direct', fetch: (request) => api.fetch(request) }
}
