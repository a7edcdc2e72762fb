import { copyFile, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, isAbsolute, relative } from 'node:path'
import type { CliContext } from '../command/context.ts'
import { projectWith } from '../command/project-shape.ts'
import { exactDuration } from '../../engine/dates/duration.ts'
import type { InitPlan } from './init-plan.ts'
import { makeFolder } from '../../stores/folder-file.ts'
import { awsProjectDocument } from './deployment-answers.ts'

/** `qw-lambda.json`: what is wanted, safe to commit; what is there, the stack itself knows. */
export function projectDocument(context: CliContext, plan: InitPlan): Record<string, unknown> {
  const { projectPath, dataDir, all } = context.settings
  const base = dirname(projectPath)
  const { index, target } = plan
  if (target.kind === 'aws') return awsProjectDocument(context, plan, target.answers)
  // A folder given on the command line belongs to the project; the default one to the user.
  const ownFolder = all.dataDir.origin === 'flag' || all.dataDir.origin === 'project file'
  return projectWith(context, {
    name: plan.name,
    target: target.kind,
    dataDir: ownFolder ? portable(dataDir, base) : undefined,
    indexConfig: index?.path === undefined ? undefined : portable(index.path, base),
    generator: plan.data.kind === 'sample' ? { every: everyText(plan.everyMs) } : undefined,
    retention: plan.retention,
  })
}

export function projectText(document: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}

export function everyText(everyMs: number): string {
  return Number.isFinite(everyMs) ? exactDuration(everyMs).replaceAll(/\s/g, '') : 'none'
}

/** Undoes what was written. */
export type Undo = () => Promise<void>

/** Writes whole files only; what was there is kept as `.bak`. */
export async function writeKeepingOld(path: string, text: string): Promise<Undo> {
  const backup = `${path}.bak`
  const hadOne = existsSync(path)
  if (hadOne) await copyFile(path, backup)
  else await makeFolder(dirname(path))
  const half = `${path}.${process.pid}.tmp`
  await writeFile(half, text)
  await rename(half, path)
  return async () => {
    if (hadOne) await rename(backup, path)
    else await rm(path, { force: true })
  }
}

/** Relative inside the project, so that the file can be committed and moved. */
function portable(path: string, base: string): string {
  const inside = relative(base, path)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return path
  return `./${inside.replaceAll('\\', '/')}`
}
