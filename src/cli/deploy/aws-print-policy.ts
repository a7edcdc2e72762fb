import { parseDeploymentConfig } from '../../deploy/deployment-config.ts'
import { deployerPolicies, MANAGED_POLICY_LIMIT } from '../../deploy/policy.ts'
import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { deployConfig } from '../deployment/deploy-config.ts'
import { withFlags, type ConfigOptions } from '../deployment/deploy-options.ts'
import type { AwsSession } from '../stack/aws-session.ts'

const ANY_NAME = 'search'

/**
 * `deploy --print-policy`: one document, or an array where IAM would not take it as one policy. Whoever
 * asks may have no permission yet, nor credentials: what AWS does not tell is left open, and said.
 */
export async function printPolicies(
  context: CliContext,
  session: AwsSession,
  options: ConfigOptions,
): Promise<ExitCode> {
  const { region, partition } = session
  const name = context.settings.get('stack') ?? ANY_NAME
  const [config, accountId] = await Promise.all([
    unlessRefused(deployConfig(context, session, options).then((found) => found.config)),
    unlessRefused(session.ports.account.identity().then((identity) => identity.accountId)),
  ])
  const parts = config ?? withFlags(parseDeploymentConfig({ name, region }), options)
  if (config === undefined) {
    context.report.note(`For a new deployment ${name} in ${region}; --stack names another.`)
  }
  if (accountId === undefined) {
    context.report.note('AWS does not say which account this is: `*` stands in its place.')
  }
  const home = {
    deployment: parts.name,
    accountId: accountId ?? '*',
    region,
    partition: partition.id,
  }
  const policies = deployerPolicies(home, parts)
  if (policies.length > 1) {
    context.report.note(
      `These are ${policies.length} policies: IAM takes ${MANAGED_POLICY_LIMIT.toLocaleString('en')} characters in one. Make each of them, and attach all.`,
    )
  }
  const document = policies.length === 1 ? policies[0] : policies
  await context.out.write(`${JSON.stringify(document, undefined, 2)}\n`)
  return EXIT.ok
}

/** Of a call to AWS; what is wrong with the user's own settings still ends the command. */
async function unlessRefused<T>(asking: Promise<T>): Promise<T | undefined> {
  return await asking.catch((error: unknown) => {
    if (
      error instanceof QwError &&
      /^(CRED|PERM|NETWORK|NOT-SET-UP|STACK-NONE)/.test(error.code ?? '')
    ) {
      return undefined
    }
    throw error
  })
}
