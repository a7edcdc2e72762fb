import type { MovedMessages } from '../../deploy/ports.ts'
import { parseIndexerEvent } from '../../functions/indexer-event.ts'
import type { CliContext } from '../command/context.ts'
import { plural } from '../format/number.ts'
import { currentDeployment, outputOf } from '../stack/aws-deployment.ts'

/** Has the deployment try again what its queue gave up after five deliveries: files of every index. What
 *  is no message of a file is left there, as it would only come back. */
export async function sendBackDeadLetters(context: CliContext): Promise<MovedMessages> {
  const deployment = await currentDeployment(context)
  const { queues } = deployment.session.ports
  const from = outputOf(deployment, 'DeadLetterQueueUrl')
  const to = outputOf(deployment, 'QueueUrl')
  const moved = await queues.move({ from, to }, isOfFile, context.signal)
  if (moved.movedCount > 0) {
    context.report.note(
      `${plural(moved.movedCount, 'message')} of files that were given up went back to the queue.`,
    )
    context.report.hint('See them arrive: qw-lambda ingest status')
  }
  if (moved.leftCount > 0) {
    context.report.warn(
      `${plural(moved.leftCount, 'message')} among the dead letters name no file, and stay there`,
      'see what they were: qw-lambda logs --errors',
    )
  }
  return moved
}

function isOfFile(body: string): boolean {
  const record = { eventSource: 'aws:sqs', messageId: '', receiptHandle: '', body }
  const work = parseIndexerEvent({ Records: [record] })
  if (work.kind !== 'queue') return false
  return work.messages.every(
    ({ unreadable, tasks }) =>
      unreadable === undefined && tasks.some(({ kind }) => kind === 'source'),
  )
}
