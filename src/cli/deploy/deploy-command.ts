import { CONFIG_OPTIONS } from '../deployment/deploy-options.ts'
import { defineCommand } from '../command/command.ts'
import { flag, text, type OptionValues } from '../command/option.ts'

const OPTIONS = {
  ...CONFIG_OPTIONS,
  dryRun: flag('--dry-run', 'show what would change, and stop (also: qw-lambda diff)'),
  check: flag('--check', 'exit 12 if anything would change'),
  allowReplace: flag('--allow-replace', 'a bucket may be replaced, with what is in it'),
  verify: flag('--no-verify', 'skip the closing test and the first data'),
  rollback: flag('--rollback', 'take a stuck update back to the last good state'),
  printPolicy: flag('--print-policy', 'the least IAM policy that this needs, as JSON'),
  restoreSecret: flag('--restore-secret', 'bring back a deleted secret with the API key'),
  apiKeyFile: text('--api-key-file <file>', 'your own key, at least 20 letters and digits'),
} as const

export type DeployOptions = OptionValues<typeof OPTIONS>

export const deployCommand = defineCommand({
  description:
    'Takes the deployment that qw-lambda.json describes, else the running one with its own settings. ' +
    'Safe to run again at any time: what is there is skipped, what was interrupted goes on.',
  options: OPTIONS,
  examples: ['qw-lambda deploy', 'qw-lambda deploy --every 15m --yes', 'qw-lambda deploy --check'],
  async run(context, { options }) {
    return await (await import('./aws-deploy.ts')).deploy(context, options)
  },
})

export const diffCommand = defineCommand({
  options: CONFIG_OPTIONS,
  examples: ['qw-lambda diff', 'qw-lambda diff --searcher-memory 1024'],
  async run(context, { options }) {
    await (await import('./aws-deploy.ts')).showDifference(context, options)
  },
})
