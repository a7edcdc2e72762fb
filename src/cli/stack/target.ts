import type { CliContext } from '../command/context.ts'

/** Whether a command means a deployment in AWS: the target set by flag, file or `use`; without one,
 *  naming a Region or a profile on the command line says so too. */
export function isCloudTarget(context: CliContext): boolean {
  const { settings } = context
  const target = settings.get('target')
  if (target !== undefined) return target === 'aws'
  if (settings.get('stack') === 'local') return false
  return [settings.all.region, settings.all.profile].some(({ origin }) => origin === 'flag')
}
