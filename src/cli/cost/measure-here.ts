import type { LocalMeasurement } from '../../cost/measured.ts'
import { QwError } from '../../engine/errors.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { apiPost } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { measuredOf } from '../stack/measured-index.ts'
import { localClient } from '../stack/local-client.ts'
import { currentIndex, currentLocalStack } from '../stack/local-stacks.ts'

/** A typical query, the first time to fill the caches, then timed. */
const QUERY_RUNS = 5

/** What the runs of this machine's stack and a few searches over it say. Throws when there is nothing. */
export async function measureHere(context: CliContext): Promise<LocalMeasurement> {
  const stack = await currentLocalStack(context)
  const indexId = await currentIndex(context, stack, undefined)
  const file = await stack.indexing.metastore.load(indexId, context.signal)
  const measured = measuredOf(file)
  if (measured.docsPerSecond === undefined && measured.indexBytesPerDoc === undefined) {
    throw new QwError('notFound', `there is nothing measured yet in ${indexId}`, {
      code: 'INDEX-EMPTY',
      fix: 'qw-lambda generator run, or qw-lambda ingest <file>',
    })
  }
  return { ...measured, queryMs: await timeQuery(context, stack, indexId) }
}

/** The newest documents: what a screen of `search` asks. */
async function timeQuery(context: CliContext, stack: LocalStack, indexId: string): Promise<number> {
  const client = localClient(stack, context.version)
  const body = JSON.stringify({ query: '*', max_hits: 20 })
  const path = `/${encodeURIComponent(indexId)}/search`
  const times: number[] = []
  for (let run = 0; run <= QUERY_RUNS; run++) {
    const startMs = performance.now()
    await apiPost(client, { path, body, signal: context.signal })
    if (run > 0) times.push(performance.now() - startMs)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
