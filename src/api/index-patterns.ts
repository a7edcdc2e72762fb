import { QwError } from '../engine/errors.ts'

const PATTERN = /^-?[a-zA-Z*][a-zA-Z0-9\-_.*]{0,254}$/

/** `a,b*,-c` from a path: ids, patterns with `*`, and exclusions; at least one positive part. */
export function indexPatterns(text: string): string[] {
  const parts = decodeURIComponent(text)
    .split(',')
    .map((part) => part.trim())
  for (const part of parts) {
    const isTooShort = !part.includes('*') && part.replace(/^-/, '').length < 3
    if (!PATTERN.test(part) || part.includes('**') || isTooShort) {
      throw new QwError('invalid', `index id pattern \`${part}\` is invalid`, {
        fix: 'use letters, digits, `-`, `_`, `.` and `*`; at least 3 characters without `*`',
      })
    }
  }
  if (!parts.some((part) => !part.startsWith('-'))) {
    throw new QwError('invalid', `index id patterns \`${text}\` only exclude: name one to search`)
  }
  return parts
}
