import { buildCostDocument } from '../../cost/cost-document.ts'
import { DEFAULT_ASSUMPTIONS, type CostAssumptions } from '../../cost/assumptions.ts'
import { findLevers } from '../../cost/levers.ts'
import { assumeMeasured } from '../../cost/measured.ts'
import { estimateCost } from '../../cost/model.ts'
import { TUTORIAL_ASSUMPTIONS } from '../../cost/tutorial.ts'
import { formatUsd } from '../../cost/format.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { ASSUMPTION_OPTIONS, readAssumptions, typedAssumptions } from './assumption-flags.ts'
import { costTable, explainLines, leverLines, type CostColumns } from './cost-screen.ts'
import { measureHere } from './measure-here.ts'
import { EXIT } from '../command/exit-codes.ts'
import { printJson } from '../command/rows.ts'
import { decimal, flag, integer } from '../command/option.ts'
import { changeJsonFile } from '../command/settings-file.ts'

const DEFAULT_DAYS = 7

const OPTIONS = {
  ...ASSUMPTION_OPTIONS,
  freeTier: flag('--free-tier', 'take the always-free allowances of the account off'),
  noFreeTier: flag('--no-free-tier', 'list prices (the default)'),
  save: flag('--save', 'keep the changed assumptions in the project file'),
  explain: flag('--explain', 'the arithmetic of each row'),
  actual: flag('--actual', 'what the deployment used (on where one is meant)'),
  withoutActual: flag('--no-actual', 'ask AWS nothing'),
  days: integer('--days <count>', `days that --actual looks back (${DEFAULT_DAYS})`, 1),
  max: decimal('--max <usd>', 'exit 12 when a month costs more than this'),
}

export const costEstimateCommand = defineCommand({
  pages: () => true,
  description:
    'assumed: your figures or the defaults; actual: what a deployment used, scaled to a month; tutorial: the figures that Quickwit’s tutorial published.',
  options: OPTIONS,
  examples: [
    'qw-lambda cost-estimate --queries 100k --retention 7d',
    'qw-lambda cost-estimate --assume-measured --explain',
    'qw-lambda cost-estimate --max 10 --quiet',
  ],
  async run(context, { options }) {
    const freeTier = options.freeTier === true ? 'always' : 'none'
    const days = options.days ?? DEFAULT_DAYS
    const isWanted = options.actual ?? isCloudTarget(context)
    const deployed = isWanted
      ? await (
          await import('../deployment/aws-actual-cost.ts')
        ).deploymentCost(context, { days, freeTier })
      : undefined
    const base =
      deployed?.assumptions ?? (await baseAssumptions(context, options.assumeMeasured === true))
    const project = context.settings.project?.document['costAssumptions']
    const assumptions = await readAssumptions(base, project, options)
    if (options.save === true) await keepAssumptions(context, project, typedAssumptions(options))
    const assumed = estimateCost(assumptions, { freeTier })
    const columns: CostColumns = {
      assumed,
      actual: deployed?.actual,
      tutorial: estimateCost(TUTORIAL_ASSUMPTIONS),
      levers: findLevers(assumptions, { freeTier }),
    }
    const { out, report } = context
    if (context.format === 'json') await printJson(context, buildCostDocument(columns))
    else {
      await out.write(costTable(columns, out))
      if (options.explain === true) await out.write(explainLines(assumed, out))
      report.note(leverLines(columns.levers, out).trimEnd())
      for (const note of assumed.notes) report.hint(note)
      for (const spot of deployed?.actual.blindSpots ?? []) report.hint(spot)
      for (const permission of deployed?.actual.missingPermissions ?? []) {
        report.warn(
          `Not allowed: ${permission}`,
          'qw-lambda deploy --print-policy shows every permission',
        )
      }
    }
    if (options.max === undefined || assumed.totalUsd <= options.max) return EXIT.ok
    report.warn(`A month costs ${formatUsd(assumed.totalUsd)}, more than ${formatUsd(options.max)}`)
    return EXIT.check
  },
})

async function keepAssumptions(
  { settings, report }: CliContext,
  kept: unknown,
  typed: Readonly<Record<string, string>>,
): Promise<void> {
  const before = typeof kept === 'object' ? kept : {}
  await changeJsonFile(settings.projectPath, { costAssumptions: { ...before, ...typed } })
  report.note(`Kept in ${settings.projectPath}: ${Object.keys(typed).join(', ')}`)
}

/** The default stack in the region that is meant, with this machine's figures when they are asked for. */
async function baseAssumptions(context: CliContext, measured: boolean): Promise<CostAssumptions> {
  const region = context.settings.get('region')
  const base = region === undefined ? DEFAULT_ASSUMPTIONS : { ...DEFAULT_ASSUMPTIONS, region }
  if (!measured) return base
  const { assumptions, origins } = assumeMeasured(base, await measureHere(context))
  for (const origin of origins) context.report.note(`Measured: ${origin}`)
  return assumptions
}
