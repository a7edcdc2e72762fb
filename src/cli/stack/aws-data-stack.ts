import { Metastore } from '../../engine/metastore/metastore.ts'
import { SearchCaches } from '../../engine/search/caches.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from './data-stack.ts'
import { indexRootOf, indexStore } from './aws-direct-client.ts'
import { currentDeployment, type Deployment } from './aws-deployment.ts'

export async function openCloudStack(context: CliContext): Promise<DataStack> {
  return cloudStackOf(context, await currentDeployment(context))
}

/** The indexes of a deployment, straight over its bucket with the caller's credentials. */
export function cloudStackOf(context: CliContext, deployment: Deployment): DataStack {
  const { clock } = context
  const store = indexStore(deployment)
  const metastore = new Metastore(store, { clock, random: systemRandom })
  return {
    name: deployment.name,
    indexing: { metastore, clock, random: systemRandom },
    search: { store, metastore, caches: new SearchCaches(), clock },
    indexRoot: indexRootOf(deployment),
    readFile: () => Promise.resolve({ defaultIndex: deployment.state.outputs['IndexId'] }),
    updateFile: () => Promise.resolve(),
  }
}
