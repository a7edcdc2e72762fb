import { defineCommand, type AnyCommand } from '../command/command.ts'
import { printJson } from '../command/rows.ts'
import { zoneOf } from '../command/time-zone.ts'
import { drawFacts } from '../format/facts.ts'
import { describeCost, describeState, streamFacts } from '../stack/stream-text.ts'
import { currentSampleStream, streamDocument } from './current-stream.ts'

export const generatorStatusCommand = defineCommand({
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

export const generatorPauseCommand = switchCommand(true)

export const generatorResumeCommand = switchCommand(false)

function switchCommand(paused: boolean): AnyCommand {
  return defineCommand({
    options: {},
    async run(context) {
      const stream = await currentSampleStream(context)
      const before = await stream.read()
      const state = await stream.change({ paused })
      if (context.format === 'json') return await printJson(context, streamDocument(stream, state))
      const already = before.paused === paused ? 'already ' : ''
      await context.out.write(
        `The generator of ${stream.stack} is ${already}${describeState(state)}.\n`,
      )
      if (paused) {
        context.report.hint('What is indexed stays. Go on later: qw-lambda generator resume')
      } else if (!state.isScheduled) {
        context.report.hint(
          `Batches are made while qw-lambda serve runs. ${describeCost(stream, state)}`,
        )
      }
    },
  })
}
