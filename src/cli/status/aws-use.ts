import { findDeployment } from '../../deploy/status.ts'
import type { CliContext } from '../command/context.ts'
import { openSession } from '../stack/aws-session.ts'

/** What the user's settings have to hold for a deployment to be meant from now on. */
export async function namedDeployment(
  context: CliContext,
  name: string,
): Promise<{ readonly name: string; readonly target: 'aws'; readonly region: string }> {
  const { ports, region } = await openSession(context)
  await findDeployment(name, ports.stacks)
  return { name, target: 'aws', region }
}
