import { spawn } from 'node:child_process'
import type { CliContext } from './context.ts'

/** Whether there is a browser to hand it to; what that does with it is its own matter. */
export function openBrowser({ env }: Pick<CliContext, 'env'>, url: string): boolean {
  const hasDisplay =
    process.platform !== 'linux' || (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') !== ''
  const opener =
    env['BROWSER'] ??
    { darwin: 'open', win32: 'explorer' }[process.platform as string] ??
    'xdg-open'
  if (!hasDisplay && env['BROWSER'] === undefined) return false
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
  return true
}
