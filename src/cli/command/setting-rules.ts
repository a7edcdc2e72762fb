import { QwError } from '../../engine/errors.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import { parseZone } from '../format/time.ts'
import { probablyMeant } from '../../engine/schema/nearest.ts'
import { SETTING_NAMES, type SettingName } from './settings.ts'

const CHOICES: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  target: ['local', 'aws'],
  format: ['table', 'json', 'ndjson', 'csv', 'tsv', 'line', 'raw'],
  color: ['auto', 'always', 'never'],
  progress: ['auto', 'plain', 'none'],
}

/** The setting of this name, `data-dir` and `dataDir` alike. Throws `invalid` with the nearest names. */
export function settingName(text: string): SettingName {
  const camel = text.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const found = SETTING_NAMES.find((name) => name === camel)
  if (found !== undefined) return found
  const meant = probablyMeant(camel, SETTING_NAMES)
  throw new QwError('invalid', `there is no setting \`${text}\``, {
    code: 'USAGE',
    fix: meant === undefined ? `one of ${SETTING_NAMES.join(', ')}` : `did you mean ${meant}?`,
  })
}

/** Throws `invalid` when the setting cannot have this value. */
export function checkSettingValue(name: SettingName, value: string): void {
  const choices = CHOICES[name]
  if (choices !== undefined && !choices.includes(value)) {
    throw new QwError('invalid', `\`${name}\` cannot be \`${value}\``, {
      fix: `one of ${choices.join(', ')}`,
    })
  }
  if (name === 'timeout' && value !== 'none' && parseDuration(value) === undefined) {
    throw new QwError('invalid', `\`timeout\` is a duration such as 30s or 5m, not \`${value}\``)
  }
  if (name === 'tz' && parseZone(value) === undefined) {
    throw new QwError('invalid', `\`tz\` is local, utc or a zone name, not \`${value}\``)
  }
}
