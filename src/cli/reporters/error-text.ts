import type { QwError } from '../../engine/errors.ts'
import type { Style } from '../style.ts'

/**
 * ✗ what failed
 *   Why   background
 *   Fix   the next command
 *   code QWL-…
 */
export function errorText(error: QwError, style: Style): string {
  const { paint } = style
  const lines = [`${paint.red(style.ascii ? 'x' : '✗')} ${capitalize(error.message)}`]
  if (error.why !== undefined) lines.push(labelled(paint.dim('Why'), error.why))
  if (error.fix !== undefined) lines.push(labelled(paint.green('Fix'), error.fix))
  if (error.code !== undefined) lines.push(`  ${paint.dim(`code QWL-${error.code}`)}`)
  return `${lines.join('\n')}\n`
}

/** One JSON line, for `--json`. */
export function errorJson(error: QwError, exitCode: number): string {
  const document = {
    error: {
      code: error.code === undefined ? null : `QWL-${error.code}`,
      kind: error.kind,
      message: error.message,
      why: error.why ?? null,
      fix: error.fix?.split('\n') ?? [],
      position: error.position ?? null,
      exit: exitCode,
      retryable: error.kind === 'unavailable' || error.kind === 'conflict',
    },
  }
  return `${JSON.stringify(document)}\n`
}

function labelled(label: string, text: string): string {
  return `  ${label}   ${text.split('\n').join('\n        ')}`
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
