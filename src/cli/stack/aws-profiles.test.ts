import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listProfiles, profileRegion } from './aws-profiles.ts'

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
    { name: 'default', region: 'eu-west-1' },
    { name: 'work', region: 'us-east-2' },
    { name: 'ci', region: undefined },
  ])
})

test('without a name the default profile gives the Region', async () => {
  const files = env('[default]\nregion = eu-west-1\n[profile work]\nregion = us-east-2\n', '')
  expect(await profileRegion(files, undefined)).toBe('eu-west-1')
  expect(await profileRegion(files, 'work')).toBe('us-east-2')
  expect(await profileRegion(files, 'missing')).toBeUndefined()
})

test('machines without these files have no profiles', async () => {
  const nowhere = join(folder, 'nowhere')
  const files = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere }
  expect(await listProfiles(files)).toEqual([])
})
