import { QwError } from '../../engine/errors.ts'
import type { CliContext } from './context.ts'
import { parseZone, type Zone } from '../format/time.ts'

/** The zone of times in tables. Throws `invalid` for an unknown one. */
export function zoneOf({ settings }: CliContext): Zone {
  const name = settings.get('tz')
  const zone = parseZone(name)
  if (zone !== undefined) return zone
  throw new QwError('invalid', `--tz \`${name}\` is no time zone`, {
    fix: 'use local, utc or a name such as Europe/Paris',
  })
}
