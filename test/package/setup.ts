import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that would be published. */
    readonly packed: string
    /** A user's project in which it was installed. */
    readonly home: string
  }
}

const root = join(import.meta.dirname, '..', '..')

/** Packs, and installs what was packed, alone and without network. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'qwl-package-'))
  const home = join(folder, 'home')
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const packed = join(folder, npm(root, pack).trim())
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  npm(home, ['install', '--offline', '--no-audit', '--no-fund', '--silent', packed])
  project.provide('packed', packed)
  project.provide('home', home)
  return () => rmSync(folder, { recursive: true, force: true })
}

function npm(cwd: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
