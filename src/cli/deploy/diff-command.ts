import { deployConfig, projectRegion } from '../deployment/deploy-config.ts'
import { CONFIG_OPTIONS } from '../deployment/deploy-options.ts'
import { prepareDeploy } from '../deployment/prepare-deploy.ts'
import { previewChanges, printDiff } from './aws-preview.ts'
import { openSession } from '../stack/aws-session.ts'
import { defineCommand } from '../command/command.ts'

export const diffCommand = defineCommand({
  summary: 'what deploy would change, and what that costs',
  options: CONFIG_OPTIONS,
  examples: ['qw-lambda diff', 'qw-lambda diff --searcher-memory 1024'],
  async run(context, { options }) {
    const session = await openSession(context, { region: projectRegion(context) })
    const { config } = await deployConfig(context, session, options)
    const prepared = await prepareDeploy(context, session, { config })
    await printDiff(context, prepared, await previewChanges(context, prepared))
  },
})
