import { formatUsd } from '../../cost/format.ts'
import { QwError } from '../../engine/errors.ts'
import { defineCommand } from '../command/command.ts'
import { drawFacts } from '../format/facts.ts'
import { printJson } from '../command/rows.ts'
import { currentSampleStream, streamDocument } from './current-stream.ts'
import type { SampleStreamChange } from '../stack/sample-stream.ts'
import { streamFacts, streamUsdPerMonth } from '../stack/stream-text.ts'
import { duration, integer } from '../command/option.ts'
import { zoneOf } from '../command/time-zone.ts'

/** A schedule in AWS cannot run more often. */
const MIN_EVERY_MS = 60_000

export const generatorSetCommand = defineCommand({
  options: {
    every: duration('--every <duration>', 'time between two batches (1m at least)'),
    docs: integer('--docs <count>', 'documents a batch', 1),
    seed: integer('--seed <number>', 'the same number makes the same stream'),
  },
  examples: ['qw-lambda generator set --every 15m --docs 20000'],
  async run(context, { options }) {
    const nowMs = context.clock.nowMs()
    const change: SampleStreamChange = {
      ...(options.every === undefined ? {} : { everyMs: checkedEvery(options.every) }),
      ...(options.docs === undefined ? {} : { docsPerBatch: options.docs }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    }
    if (Object.keys(change).length === 0) {
      throw new QwError('invalid', 'nothing to change', {
        code: 'FLAGS-MISSING',
        fix: 'give at least one of --every, --docs, --seed',
      })
    }
    const stream = await currentSampleStream(context)
    const before = await stream.read()
    const difference =
      streamUsdPerMonth({ ...before, ...change, paused: false }) -
      streamUsdPerMonth({ ...before, paused: false })
    const sign = difference < 0 ? '' : '+'
    const where = stream.target === 'local' ? 'nothing here; in AWS ' : ''
    context.report.note(`Cost: ${where}${sign}${formatUsd(difference)} a month`)
    const state = await stream.change(change)
    if (context.format === 'json') return await printJson(context, streamDocument(stream, state))
    const facts = streamFacts(state, { stream, nowMs, zone: zoneOf(context) })
    await context.out.write(drawFacts(facts, context.out))
  },
})

function checkedEvery(everyMs: number): number {
  if (everyMs >= MIN_EVERY_MS && Number.isFinite(everyMs)) return everyMs
  throw new QwError('invalid', '--every takes a duration of one minute or more', {
    fix: Number.isFinite(everyMs) ? 'use 1m or more' : 'to stop it: qw-lambda generator pause',
  })
}
