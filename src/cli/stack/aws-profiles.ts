import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { CliContext } from '../command/context.ts'

/** One profile of the AWS CLI's files; keys are never read here. */
export interface AwsProfile {
  readonly name: string
  readonly region: string | undefined
  /** How the profile comes by its credentials: by something of its own, by the machine that this runs on,
   *  or not at all, as a section that only sets a Region. */
  readonly source: 'own' | 'machine' | 'none'
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
  const inSecond = parseProfiles(credentials, /^(.+)$/)
  const keys = new Map(inSecond.map((each) => [each.name, each]))
  return [
    ...found.map((each) => {
      const second = keys.get(each.name)
      return each.source === 'none' && second !== undefined
        ? { ...each, source: second.source }
        : each
    }),
    ...inSecond.filter(({ name }) => !names.has(name)),
  ]
}

/** Whether credentials come from somewhere else than the machine's own metadata service: asking that
 *  takes seconds where there is none, and is the only way on an EC2 instance. */
export async function hasOwnCredentials(
  env: Environment,
  profile: string | undefined,
): Promise<boolean> {
  const profiles = await listProfiles(env)
  const chosen = profiles.find(({ name }) => name === (profile ?? 'default'))
  // A role may be taken on from any other profile, also from one of the machine's.
  if (profiles.some(({ source }) => source === 'machine')) return false
  if (chosen?.source === 'own') return true
  const isSet = (name: string) => (env[name] ?? '') !== ''
  return (
    profile === undefined && (isSet('AWS_ACCESS_KEY_ID') || isSet('AWS_WEB_IDENTITY_TOKEN_FILE'))
  )
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
  const profiles: Writable[] = []
  let current: Writable | undefined
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1]
    if (section !== undefined) {
      const match = title.exec(section)
      const name = match?.[1] ?? match?.[2]
      current = name === undefined ? undefined : { name, region: undefined, source: 'none' }
      if (current !== undefined) profiles.push(current)
      continue
    }
    const [, key = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(\S+)/.exec(line) ?? []
    if (current === undefined) continue
    if (key === 'region') current.region = value
    if (key === 'credential_source' && value !== 'Environment') current.source = 'machine'
    else if (SOURCES.includes(key) && current.source === 'none') current.source = 'own'
  }
  return profiles
}

interface Writable {
  name: string
  region: string | undefined
  source: AwsProfile['source']
}

/** Settings that give a profile credentials of its own. */
const SOURCES = [
  'aws_access_key_id',
  'sso_session',
  'sso_start_url',
  'login_session',
  'role_arn',
  'credential_process',
  'web_identity_token_file',
]

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
