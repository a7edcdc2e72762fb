import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withoutSecrets, writeFaultReport } from './fault-report.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qwl-report-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a fault leaves a file that only its user can read, with what is needed to find the mistake', () => {
  const fault = {
    error: new TypeError('x is not a function'),
    argv: ['search', 'quantity:>5'],
    version: '1.2.3',
    env: { XDG_STATE_HOME: folder },
    nowMs: 0,
  }
  const { id, path } = writeFaultReport(fault) ?? { id: '', path: '' }
  expect(path).toBe(join(folder, 'qw-lambda', 'reports', `${id}.json`))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  expect(report).toMatchObject({ id, version: '1.2.3', command: ['search', 'quantity:>5'] })
  expect(report['error']).toMatch(/TypeError: x is not a function\n\s+at /)
})

test('where no file can be written there is none, and no second fault', () => {
  writeFileSync(join(folder, 'qw-lambda'), 'a file where the folder would be')
  const env = { XDG_STATE_HOME: folder }
  expect(writeFaultReport({ error: 'x', argv: [], version: '1', env, nowMs: 0 })).toBeUndefined()
})

test.each([
  ['key AKIAIOSFODNN7EXAMPLE here', 'key <access key> here'],
  ['wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYabcd', '<secret>'],
  [`${homedir()}/logs/app.ndjson`, '~/logs/app.ndjson'],
  [
    'severity_text:ERROR AND resource.service:datanode',
    'severity_text:ERROR AND resource.service:datanode',
  ],
])('%s is kept as %s', (text, kept) => {
  expect(withoutSecrets(text)).toBe(kept)
})
