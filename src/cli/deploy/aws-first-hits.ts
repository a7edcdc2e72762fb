import type { CliContext } from '../command/context.ts'
import { searchCommand } from '../search/search-command.ts'
import type { SettingName } from '../command/settings.ts'

/** The context as if the settings named this deployment. */
function forDeployment(
  context: CliContext,
  place: { readonly name: string; readonly region: string },
): CliContext {
  const overrides: Partial<Record<SettingName, string>> = {
    stack: place.name,
    region: place.region,
    target: 'aws',
  }
  const { settings } = context
  return {
    ...context,
    settings: { ...settings, get: (name) => overrides[name] ?? settings.get(name) },
  }
}

/** A first search of the sample data through the new searcher, as the user would type it. */
export async function showFirstHits(
  context: CliContext,
  place: { readonly name: string; readonly region: string },
): Promise<void> {
  if (context.format !== 'table' || context.quiet) return
  context.report.hint(`$ qw-lambda search 'quantity:>5' --max-hits 5`)
  await searchCommand.invoke(forDeployment(context, place), ['quantity:>5'], {
    maxHits: '5',
    via: 'lambda',
    index: undefined,
  })
}
