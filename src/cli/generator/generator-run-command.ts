import { runGenerator } from '../../local/schedule.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import { EXIT } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { integer } from '../command/option.ts'

export const generatorRunCommand = defineCommand({
  options: {
    batches: integer('--batches <count>', 'batches to make (1)', 1),
    docs: integer('--docs <count>', 'documents a batch (100,000)', 1),
    seed: integer('--seed <number>', 'the same number makes the same data'),
  },
  examples: ['qw-lambda generator run --docs 1000 --seed 7'],
  async run(context, { options }) {
    if (isCloudTarget(context)) {
      return await (await import('./aws-generator-run.ts')).awsGeneratorRun(context, options)
    }
    const stack = await currentLocalStack(context)
    const phase = context.report.phase('Generating and indexing sample sales')
    const event = { batches: options.batches, docs: options.docs, seed: options.seed }
    const run = await runGenerator(stack, context.clock, event, context.signal).catch(
      (error: unknown) => {
        phase.fail()
        throw error
      },
    )
    const perSecond = Math.round((run.indexedCount / Math.max(1, run.elapsedMs)) * 1_000)
    phase.succeed(
      `Indexed ${plural(run.indexedCount, 'document')} (${plural(perSecond, 'document')}/s)`,
    )
    if (context.format === 'json') {
      await printJson(context, {
        schema: 'qw-lambda/generator-run/1',
        docs: run.docCount,
        indexed: run.indexedCount,
        source_bytes: run.sourceBytes,
        elapsed_ms: Math.round(run.elapsedMs),
      })
    } else {
      const elapsed = formatDuration(run.elapsedMs)
      await context.out.write(
        `${plural(run.indexedCount, 'document')} searchable after ${elapsed}\n`,
      )
    }
    return run.indexedCount === run.docCount ? EXIT.ok : EXIT.partial
  },
})
