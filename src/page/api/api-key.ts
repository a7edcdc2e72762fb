import { signal } from '@preact/signals'

/** Asked for once where the API wants one; in memory alone, so that it ends with the page. */
export const apiKey = signal<string | undefined>(undefined)

/** Whether the API said that a key is needed, or that this one is wrong. */
export const wantsKey = signal(false)

const KEY_CODES = new Set(['QWL-KEY-MISSING', 'QWL-KEY-REJECTED'])

/** A gateway before the API refuses without a code of ours. */
export function isAboutKey(status: number, code: string | undefined): boolean {
  return code === undefined ? status === 401 || status === 403 : KEY_CODES.has(code)
}
