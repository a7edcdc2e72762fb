import { defineCommand } from '../command/command.ts'
import { drawFacts } from '../format/facts.ts'
import { printJson } from '../command/rows.ts'
import { currentSampleStream } from './current-stream.ts'
import { streamDocument } from './stream-document.ts'
import { streamFacts } from '../stack/stream-text.ts'
import { zoneOf } from '../command/time-zone.ts'

export const generatorStatusCommand = defineCommand({
  summary: 'the sample stream: on or paused, how much, when next',
  options: {},
  async run(context) {
    const nowMs = context.clock.nowMs()
    const stream = await currentSampleStream(context)
    const state = await stream.read()
    if (context.format === 'json') return await printJson(context, streamDocument(stream, state))
    const facts = streamFacts(state, { stream, nowMs, zone: zoneOf(context) })
    await context.out.write(drawFacts(facts, context.out))
  },
})
