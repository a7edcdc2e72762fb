import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

/** Debian's, Google's, and what Playwright downloads for itself. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/google-chrome']

/**
 * The browser of this machine: `CHROMIUM_PATH`, or the first there is. In CI one is installed when
 * there is none, and without one the suite fails; elsewhere undefined, and its tests are counted as
 * not run.
 */
export function findChromium(): string | undefined {
  const told = process.env['CHROMIUM_PATH']
  if (told !== undefined && !existsSync(told)) {
    throw new Error(`CHROMIUM_PATH names ${told}, which is not there`)
  }
  const found = told ?? installedChromium()
  if (found !== undefined || process.env['CI'] === undefined) return found
  if (process.getuid?.() === 0) installChromium()
  const installed = installedChromium()
  if (installed !== undefined) return installed
  throw new Error('CI has to have Chromium: install it, or set CHROMIUM_PATH')
}

function installedChromium(): string | undefined {
  return [...PLACES, chromium.executablePath()].find((path) => existsSync(path))
}

function installChromium(): void {
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', args, { stdio: ['ignore', 2, 2] })
  }
  try {
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium')
  } catch (cause) {
    throw new Error('CI has to have Chromium, and apt-get could not install it', { cause })
  }
}
