import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { messageOf, QwError } from '../../engine/errors.ts'
import {
  parseDeploymentConfig,
  serializeDeploymentConfig,
  type DeploymentConfig,
} from '../../deploy/deployment-config.ts'
import type { CliContext } from '../command/context.ts'
import { projectWith } from '../command/project-shape.ts'

/** The deployment that the project file describes; undefined when it describes none of this name. */
export function projectConfig(
  context: CliContext,
  place: { readonly name: string | undefined; readonly region: string },
): DeploymentConfig | undefined {
  const document = context.settings.project?.document
  if (document === undefined || document['target'] !== 'aws') return undefined
  const { name } = document
  if (place.name !== undefined && name !== place.name) return undefined
  // Checked when the file was read: an object, or absent.
  const section = (document['deployment'] ?? {}) as object
  return parseDeploymentConfig({ ...section, name, region: document['region'] ?? place.region })
}

/** The project file's text for this deployment. */
export function projectDocument(
  context: CliContext,
  config: DeploymentConfig,
  profile: string | undefined = context.settings.get('profile'),
): Record<string, unknown> {
  const { name, region } = config
  const { name: _above, region: _too, ...deployment } = serializeDeploymentConfig(config)
  const wanted = { name, target: 'aws', region, dataDir: undefined, deployment }
  return projectWith(context, profile === undefined ? wanted : { ...wanted, profile })
}

/** Writes it; a file that was there before stays as `.bak` when it is another deployment's. */
export async function writeProjectFile(
  context: CliContext,
  config: DeploymentConfig,
): Promise<void> {
  const { projectPath, project } = context.settings
  if (existsSync(projectPath) && project?.document['name'] !== config.name) {
    await copyFile(projectPath, `${projectPath}.bak`)
  }
  const document = projectDocument(context, config)
  context.report.note(`${existsSync(projectPath) ? 'Changed' : 'Wrote'} ${projectPath}`)
  await writeFile(projectPath, `${JSON.stringify(document, undefined, 2)}\n`)
}

/** The index config that a deployment names by a path relative to the project file. */
export async function readIndexConfigFile(
  context: CliContext,
  configFile: string | undefined,
): Promise<Uint8Array | undefined> {
  if (configFile === undefined) return undefined
  const path = resolve(dirname(context.settings.projectPath), configFile)
  return await readFile(path).catch((cause: unknown) => {
    throw new QwError('notFound', `cannot read the index config ${path}: ${messageOf(cause)}`, {
      fix: 'check index.configFile in qw-lambda.json',
      cause,
    })
  })
}
