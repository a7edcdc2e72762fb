import { listLocalStacks, openLocalStack } from '../../local/local-stack.ts'
import { messageOf } from '../../engine/errors.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { CHECK_GROUPS, fail, type CheckGroup, type Finding } from './finding.ts'
import { machineChecks } from './local-checks.ts'
import { stackChecks } from './stack-checks.ts'
import { toolChecks } from './tool-checks.ts'
import { EXIT } from '../command/exit-codes.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { plural } from '../format/number.ts'
import { printJson } from '../command/rows.ts'
import { localHost } from '../stack/local-stacks.ts'
import { choice, flag } from '../command/option.ts'
import type { Output } from '../format/streams.ts'

export const doctorCommand = defineCommand({
  description: 'Changes nothing. Exit status 12 when a check fails; warnings alone are 0.',
  options: {
    only: choice('--only <group>', 'one group of checks', CHECK_GROUPS),
    printPolicy: flag('--print-policy', 'the least IAM policy that deploying needs, as JSON'),
    smoke: flag('--smoke', 'in AWS: search by every way, and what only a real account shows'),
  },
  examples: ['qw-lambda doctor --only local --json'],
  toleratesBrokenFiles: true,
  async run(context, { options }) {
    if (options.printPolicy === true) {
      return await context.runCommand('deploy', { context, options: { printPolicy: true } })
    }
    const local = await localFindings(context)
    const cloud = isCloudTarget(context) ? await cloudFindings(context, options) : []
    const findings = [...local, ...cloud].filter(
      ({ group }) => options.only === undefined || group === options.only,
    )
    if (context.format === 'json') {
      const checks = findings.map((finding) => ({ ...finding, fix: finding.fix ?? null }))
      await printJson(context, { schema: 'qw-lambda/doctor/1', checks })
    } else {
      await context.out.write(drawFindings(findings, context.out))
      context.report.hint(summaryOf(findings))
    }
    return findings.some(({ state }) => state === 'fail') ? EXIT.check : EXIT.ok
  },
})

async function localFindings(context: CliContext): Promise<Finding[]> {
  const host = localHost(context)
  const names = await listLocalStacks(host.dataDir)
  const findings: Finding[] = []
  const folders: string[] = []
  let newestMs: number | undefined
  for (const name of names) {
    try {
      const stack = await openLocalStack(host, name)
      folders.push(stack.folder)
      const checked = await stackChecks(stack, context.signal)
      findings.push(...checked.findings)
      if (checked.newestMs !== undefined) newestMs = Math.max(newestMs ?? 0, checked.newestMs)
    } catch (error) {
      const message = `${name}: ${messageOf(error)}`
      findings.push(fail('local.stack', message, `qw-lambda teardown --stack ${name}`))
    }
  }
  const machine = await machineChecks(context, folders)
  return [...toolChecks(context, newestMs), ...machine, ...findings]
}

/** The groups about an account and its deployment. */
async function cloudFindings(
  context: CliContext,
  { only, smoke }: { readonly only: CheckGroup | undefined; readonly smoke: boolean | undefined },
): Promise<Finding[]> {
  const { awsFindings } = await import('./aws-doctor.ts')
  return await awsFindings(context, { only, smoke: smoke === true })
}

function drawFindings(findings: readonly Finding[], out: Output): string {
  const { paint, ascii } = out.style
  const marks = {
    pass: paint.green(ascii ? 'ok' : '✓'),
    warn: paint.yellow('!'),
    fail: paint.red(ascii ? 'x' : '✗'),
  }
  if (!out.isTerminal) {
    const rows = findings.map(({ id, state, message, fix }) => [state, id, message, fix ?? ''])
    return rows.map((row) => `${row.join('\t')}\n`).join('')
  }
  const facts = findings.flatMap(({ state, message, fix }): Fact[] => [
    [marks[state], message],
    ...(fix === undefined ? [] : [['', fix] as const]),
  ])
  return drawFacts(facts, out)
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']): number =>
    findings.filter((finding) => finding.state === state).length
  const failed = count('fail')
  const warned = count('warn')
  if (failed + warned === 0) return `All ${plural(findings.length, 'check')} passed.`
  return `${plural(failed, 'check')} failed, ${plural(warned, 'warning')}, ${count('pass')} passed.`
}
