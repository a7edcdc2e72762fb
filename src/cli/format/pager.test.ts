import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pagerCommand } from './pager.ts'

test('the pager is QWL_PAGER, else PAGER, else less where it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qwl-pager-'))
  await writeFile(join(folder, 'less'), '')
  await chmod(join(folder, 'less'), 0o755)
  const PATH = `/nowhere:${folder}`
  expect(pagerCommand({ PATH })).toBe('less')
  expect(pagerCommand({ PATH: '/nowhere' })).toBeUndefined()
  expect(pagerCommand({ PATH, PAGER: 'most -w' })).toBe('most -w')
  expect(pagerCommand({ PATH, PAGER: 'most', QWL_PAGER: 'less -S' })).toBe('less -S')
  await rm(folder, { recursive: true })
})

test.each([
  { PAGER: 'cat' },
  { PAGER: '' },
  { PAGER: 'less', QWL_PAGER: '' },
  { PAGER: 'less', TERM: 'dumb' },
  { PAGER: 'less', CI: 'true' },
])('there is none with %j', (env) => {
  expect(pagerCommand(env)).toBeUndefined()
})
