import { makeBatch } from '../../deploy/first-data.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { currentDeployment, outputOf } from '../stack/aws-deployment.ts'

export interface AwsBatchOptions {
  readonly docs: number | undefined
  readonly batches: number | undefined
  readonly seed: number | undefined
}

/** Makes sample data now, by the deployment's generator, and waits until it can be searched. */
export async function awsGeneratorRun(
  context: CliContext,
  { docs, batches, seed }: AwsBatchOptions,
): Promise<ExitCode> {
  const deployment = await currentDeployment(context)
  const request = {
    generator: outputOf(deployment, 'GeneratorFunction'),
    searcher: outputOf(deployment, 'SearcherFunction'),
    indexId: outputOf(deployment, 'IndexId'),
    ...(docs === undefined ? {} : { docs }),
    ...(batches === undefined ? {} : { batches }),
    ...(seed === undefined ? {} : { seed }),
  }
  const batch = await drawEvents(
    context,
    makeBatch(request, deployment.session.ports, context.signal),
  )
  if (context.format === 'json') {
    await printJson(context, {
      schema: 'qw-lambda/generator-run/1',
      docs: batch.docCount,
      indexed: batch.docCount,
      source_bytes: null,
      elapsed_ms: Math.round(batch.searchableMs),
    })
  } else {
    const elapsed = formatDuration(batch.searchableMs)
    await context.out.write(`${plural(batch.docCount, 'document')} searchable after ${elapsed}\n`)
  }
  return EXIT.ok
}
