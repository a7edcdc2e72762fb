import { stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import type { ConfigChange } from '../../engine/schema/config-changes.ts'

const MAX_VALUE_CHARS = 40

const EFFECTS = {
  atOnce: 'at once',
  newDocuments: 'what is indexed from now on',
  refused: 'refused',
} as const

export const CONFIG_CHANGE_COLUMNS = [
  { name: 'setting' },
  { name: 'was' },
  { name: 'becomes' },
  { name: 'takes effect' },
]

export function configChangeRow({ path, before, after, effect, reason }: ConfigChange): string[] {
  const when = reason === undefined ? EFFECTS[effect] : `${EFFECTS[effect]}: ${reason}`
  return [path, shortText(before), shortText(after), when]
}

/** As documents of `--json` have it. */
export function configChangeJson({ path, before, after, effect, reason }: ConfigChange) {
  return {
    path,
    before: before ?? null,
    after: after ?? null,
    effect: EFFECTS[effect],
    reason: reason ?? null,
  }
}

function shortText(value: JsonValue | undefined): string {
  if (value === undefined) return '-'
  const whole = typeof value === 'string' ? value : stringifyJson(value)
  return whole.length > MAX_VALUE_CHARS ? `${whole.slice(0, MAX_VALUE_CHARS - 1)}…` : whole
}
