import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CliContext } from '../command/context.ts'

/** One profile of the AWS CLI's files; keys are never read here. */
export interface AwsProfile {
  readonly name: string
  readonly region: string | undefined
}

type Environment = CliContext['env']

/** Profiles of the config file, then those that only the credentials file has. */
export async function listProfiles(env: Environment): Promise<readonly AwsProfile[]> {
  const home = join(homedir(), '.aws')
  const [config, credentials] = await Promise.all([
    readText(env['AWS_CONFIG_FILE'] ?? join(home, 'config')),
    readText(env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, 'credentials')),
  ])
  const found = parseProfiles(config, /^(?:profile\s+(.+)|(default))$/)
  const names = new Set(found.map(({ name }) => name))
  const others = parseProfiles(credentials, /^(.+)$/).filter(({ name }) => !names.has(name))
  return [...found, ...others]
}

/** The Region that a profile is set to; the default profile's without a name. */
export async function profileRegion(
  env: Environment,
  profile: string | undefined,
): Promise<string | undefined> {
  const name = profile ?? 'default'
  return (await listProfiles(env)).find((each) => each.name === name)?.region
}

/** Sections of an INI file whose title matches; other sections, such as `sso-session`, are passed over. */
function parseProfiles(text: string, title: RegExp): AwsProfile[] {
  const profiles: { name: string; region: string | undefined }[] = []
  let current: { name: string; region: string | undefined } | undefined
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1]
    if (section !== undefined) {
      const match = title.exec(section)
      const name = match?.[1] ?? match?.[2]
      current = name === undefined ? undefined : { name, region: undefined }
      if (current !== undefined) profiles.push(current)
      continue
    }
    const region = /^\s*region\s*=\s*(\S+)/.exec(line)?.[1]
    if (current !== undefined && region !== undefined) current.region = region
  }
  return profiles
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
