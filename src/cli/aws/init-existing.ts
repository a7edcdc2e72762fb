import { isQwError } from '../../engine/errors.ts'
import type { CliContext } from '../context.ts'
import { awsStatus } from './status.ts'

/** The deployment of this folder's project file as it stands. False when it is not there, so that
 *  `init` may make it. */
export async function showExistingDeployment(context: CliContext): Promise<boolean> {
  const { projectPath, project } = context.settings
  context.report.note(`This folder is set up already (${projectPath}):`)
  try {
    await awsStatus(context)
  } catch (error) {
    if (!isQwError(error) || error.code !== 'STACK-NONE') throw error
    context.report.note(`${String(project?.document['name'])} is not deployed.`)
    return false
  }
  context.report.hint(
    'Nothing was changed. Change one thing: qw-lambda deploy --every 15m --retention 30d --no-api …\nBegin anew: qw-lambda teardown, then init; or init --force in another name',
  )
  return true
}
