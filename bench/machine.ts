import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, getPriority, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchReport, Machine } from './report.ts'

export function readMachine(): Omit<Machine, 'load'> {
  const [cpu] = cpus()
  return {
    cpuModel: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    niceness: getPriority(),
  }
}

/** Mean of a minute. */
export function readLoad(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1))
}

export function readVersions(root: string): BenchReport['versions'] {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  return { qwLambda: version, node: process.versions.node, v8: process.versions.v8 }
}

export function readCommit(root: string): BenchReport['commit'] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    return { id: git('rev-parse', 'HEAD').trim(), dirty: git('status', '--porcelain') !== '' }
  } catch {
    return null
  }
}
