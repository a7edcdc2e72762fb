import { shownCode, type QwError } from '../../engine/errors.ts'
import type { Style } from '../format/style.ts'

/** Help topics that say more about errors of a code, by the code's beginning. */
const TOPICS: readonly (readonly [prefix: string, topic: string])[] = [
  ['QUERY-', 'query'],
  ['AGG-', 'query'],
  ['QUOTA-', 'quotas'],
  ['RESP-', 'quotas'],
  ['REQ-', 'quotas'],
  ['THROTTLED', 'quotas'],
  ['INGEST-FORMAT', 'formats'],
  ['CONFIG-', 'environment'],
  ['CRED-', 'environment'],
  ['KEY-', 'environment'],
  ['REGION-', 'environment'],
]

/**
 * ✗ what failed
 *   Why   background
 *   Fix   the next command
 *   More  where to read on   code QWL-…
 */
export function errorText(error: QwError, style: Style): string {
  const { paint } = style
  const lines = [`${paint.red(style.ascii ? 'x' : '✗')} ${capitalize(error.message)}`]
  if (error.why !== undefined) lines.push(labelled(paint.dim('Why '), error.why))
  if (error.fix !== undefined) lines.push(labelled(paint.green('Fix '), error.fix))
  const topic = error.fix?.includes('qw-lambda help') === true ? undefined : topicOf(error)
  const code = error.code === undefined ? undefined : paint.dim(`code ${shownCode(error.code)}`)
  if (topic !== undefined) lines.push(labelled(paint.dim('More'), `${topic}   ${code ?? ''}`))
  else if (code !== undefined) lines.push(`  ${code}`)
  return `${lines.join('\n')}\n`
}

/** One JSON line, for `--json`. */
export function errorJson(error: QwError, exitCode: number): string {
  const document = {
    error: {
      code: error.code === undefined ? null : shownCode(error.code),
      kind: error.kind,
      message: error.message,
      why: error.why ?? null,
      fix: error.fix?.split('\n') ?? [],
      position: error.position ?? null,
      exit: exitCode,
      retryable: error.kind === 'unavailable' || error.kind === 'conflict',
      docs: topicOf(error) ?? null,
    },
  }
  return `${JSON.stringify(document)}\n`
}

function topicOf(error: QwError): string | undefined {
  const topic = TOPICS.find(([prefix]) => error.code?.startsWith(prefix) === true)?.[1]
  return topic === undefined ? undefined : `qw-lambda help ${topic}`
}

/** Further lines stand under the first. */
function labelled(label: string, text: string): string {
  return `  ${label}  ${text.split('\n').join('\n        ')}`
}

/** A word, and no path, address or name with more than letters in it. */
function capitalize(text: string): string {
  return /^[a-z]+(?=[ ,;]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}
