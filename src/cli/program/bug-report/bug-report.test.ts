import { expect, test } from 'vitest'
import { bugReportText, summarized } from './bug-report.ts'

const WORDS = new Set(['search', '--index', '--json', '--format', 'csv'])
const REPORT = {
  id: 'a1b2c3d4',
  time: '2026-11-23T04:00:00.000Z',
  version: '0.1.0',
  node: '20.19.0',
  platform: 'linux x64',
  command: ['search', 'email:ann@example.com', '--index=salaries', '--json'],
  error: [
    'TypeError: cannot read `ann@example.com` of "secret" in /home/ann/x.json at 4111111111111111',
    '    at readHit (file:///home/ann/node_modules/qw-lambda/dist/chunk-A.js:1:200)',
    '    at async /home/ann/node_modules/qw-lambda/dist/cli/main.js:3:4',
  ].join('\n'),
}

test('values, paths and quoted words are left out; names, flags and places of the program stay', () => {
  const fault = summarized(REPORT, WORDS)
  expect(fault).toMatchObject({
    command: 'qw-lambda search … --index=… --json',
    message: 'TypeError: cannot read `…` of "…" in … at …',
    stack: ['readHit (chunk-A.js:1:200)', 'async main.js:3:4'],
  })
  expect(JSON.stringify(fault)).not.toMatch(/ann@|[/]ann|salaries|4111/)
})

test('the text is ready for an issue, and says so when there is no fault', () => {
  const facts = { cli: '0.2.0', split_format: 1, node: '20.19.0', os: 'Linux 6 x64' }
  const text = bugReportText({ ...facts, terminal: 'xterm', fault: summarized(REPORT, WORDS) })
  expect(text).toContain('report a1b2c3d4')
  expect(text).toContain('qw-lambda 0.2.0 (0.1.0 when it failed), split format 1')
  expect(bugReportText({ ...facts, terminal: null, fault: null })).toContain('no fault')
})
