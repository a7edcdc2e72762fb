import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasOwnCredentials, listProfiles, profileRegion } from './aws-profiles.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profiles-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function env(config: string, credentials: string): Record<string, string> {
  writeFileSync(join(folder, 'config'), config)
  writeFileSync(join(folder, 'credentials'), credentials)
  return {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  }
}

test('profiles come from both files, other sections and keys stay where they are', async () => {
  const files = env(
    '[default]\nregion = eu-west-1\n\n[profile work]\n sso_session = x\nregion=us-east-2\r\n[sso-session x]\nregion = us-west-1\n',
    '[work]\naws_access_key_id = A\n[ci]\naws_access_key_id = B\n',
  )
  expect(await listProfiles(files)).toEqual([
    { name: 'default', region: 'eu-west-1', source: 'none' },
    { name: 'work', region: 'us-east-2', source: 'own' },
    { name: 'ci', region: undefined, source: 'own' },
  ])
})

test('without a name the default profile gives the Region', async () => {
  const files = env('[default]\nregion = eu-west-1\n[profile work]\nregion = us-east-2\n', '')
  expect(await profileRegion(files, undefined)).toBe('eu-west-1')
  expect(await profileRegion(files, 'work')).toBe('us-east-2')
  expect(await profileRegion(files, 'missing')).toBeUndefined()
})

test.each([
  // What `aws configure` leaves on an instance whose role has the permissions.
  ['a default profile that only sets a Region', '[default]\nregion = eu-west-1\n', {}, false],
  ['no file at all', '', {}, false],
  ['keys in the environment', '[default]\nregion = eu-west-1\n', { AWS_ACCESS_KEY_ID: 'A' }, true],
  ['a role for a pod', '', { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }, true],
  ['a login by SSO', '[default]\nsso_session = x\n', {}, true],
  ['a login by browser', '[default]\nlogin_session = x\n', {}, true],
  ['a program', '[default]\ncredential_process = vault\n', {}, true],
  ['a role of the machine', '[default]\ncredential_source = Ec2InstanceMetadata\n', {}, false],
  [
    'a role taken on from the machine’s own',
    '[default]\nrole_arn = r\nsource_profile = base\n[profile base]\ncredential_source = EcsContainer\n',
    {},
    false,
  ],
])(
  '%s: the machine is asked for credentials where nothing else has them',
  async (_, config, set, own) => {
    const files: Record<string, string> = { ...env(config, ''), ...set }
    expect(await hasOwnCredentials(files, undefined)).toBe(own)
  },
)

test('a named profile without credentials of its own may still get the machine’s', async () => {
  const files = env('[profile work]\nregion = eu-west-1\n', '[ci]\naws_access_key_id = B\n')
  expect(await hasOwnCredentials(files, 'work')).toBe(false)
  expect(await hasOwnCredentials(files, 'ci')).toBe(true)
})

test('machines without these files have no profiles', async () => {
  const nowhere = join(folder, 'nowhere')
  const files = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere }
  expect(await listProfiles(files)).toEqual([])
})
