import { defineCommand, type AnyCommand } from '../command/command.ts'
import { printJson } from '../command/rows.ts'
import { currentSampleStream } from './current-stream.ts'
import { streamDocument } from './stream-document.ts'
import { describeCost, describeState } from '../stack/stream-text.ts'

export const generatorPauseCommand = switchCommand({
  summary: 'stop making sample data',
  paused: true,
})

export const generatorResumeCommand = switchCommand({
  summary: 'make sample data again',
  paused: false,
})

function switchCommand({ summary, paused }: { summary: string; paused: boolean }): AnyCommand {
  return defineCommand({
    summary,
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
