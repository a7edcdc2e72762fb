import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'

const folder = fileURLToPath(new URL('../../templates/', import.meta.url))

test('cfn-lint finds nothing in the templates, with no rule ignored', async () => {
  const templates = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
  expect(templates).toContain('qw-lambda.yaml')
  // Fails, with the findings, on any of them.
  const { stdout } = await promisify(execFile)(
    inject('linter'),
    ['--format', 'parseable', ...templates],
    {
      cwd: folder,
    },
  )
  expect(stdout).toBe('')
})
