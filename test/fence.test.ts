import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** An importing file and what it imports. */
const REFUSED = [
  ['src/engine/bytes/a.ts', '../dates/b.ts'],
  ['src/engine/dates/a.ts', '../schema/b.ts'],
  ['src/engine/text/a.ts', '../schema/b.ts'],
  ['src/engine/schema/a.ts', '../query/b.ts'],
  ['src/engine/query/elastic-dsl/a.ts', '../../split/b.ts'],
  ['src/engine/sources/a.ts', '../indexing/b.ts'],
  ['src/engine/indexing/a.ts', '../search/b.ts'],
  ['src/engine/search/clauses/a.ts', '../../indexing/b.ts'],
  ['src/engine/search/a.ts', './testing/b.ts'],
  ['src/engine/split/a.ts', 'node:fs'],
  ['src/engine/ports.ts', '../stores/b.ts'],
  ['src/stores/a.ts', '../engine/schema/b.ts'],
  ['src/stores/b.ts', './testing/c.ts'],
  ['src/deploy/a.ts', '../engine/query/b.ts'],
  ['src/cost/a.ts', '../engine/schema/b.ts'],
  ['src/api/a.ts', '@aws-sdk/client-s3'],
  ['src/local/a.ts', '../cli/stack/b.ts'],
  ['src/cli/format/a.ts', '../command/b.ts'],
  ['src/cli/stack/a.ts', '../search/b.ts'],
  ['src/cli/search/a.ts', '../cost/b.ts'],
  ['src/cli/status/a.ts', '../program/b.ts'],
  ['src/cli/serve/a.ts', '../../functions/searcher.ts'],
  ['src/cli/serve/b.ts', '../../page/main.tsx'],
  ['src/local/b.ts', '../page/main.tsx'],
  ['src/page/a.tsx', '../api/b.ts'],
  ['src/page/search/a.tsx', '../../engine/b.ts'],
  ['src/page/search/b.ts', 'node:fs'],
] as const

const ALLOWED = [
  ['src/engine/schema/c.ts', '../dates/b.ts'],
  ['src/engine/search/clauses/c.ts', '../../query/b.ts'],
  ['src/engine/split/c.test.ts', '../query/b.ts'],
  ['src/engine/search/testing/c.ts', '../../indexing/b.ts'],
  ['src/stores/c.ts', '../engine/ports.ts'],
  ['src/deploy/c.ts', '../engine/schema/b.ts'],
  ['src/cost/c.ts', '../engine/dates/b.ts'],
  ['src/cli/search/c.ts', '../../cost/b.ts'],
  ['src/cli/search/d.ts', '../stack/b.ts'],
  ['src/cli/program/c.ts', '../search/b.ts'],
  ['src/page/c.tsx', './api/b.ts'],
  ['src/page/search/c.tsx', '../cost/b.ts'],
] as const

const root = fileURLToPath(new URL('..', import.meta.url))
const OXLINT = join(root, 'node_modules/.bin/oxlint')
let folder = ''
/** Files that the fence found fault with. */
let refused = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-fence-'))
  await cp(join(root, 'oxlint.config.mjs'), join(folder, 'oxlint.config.mjs'))
  for (const [file, imported] of [...REFUSED, ...ALLOWED]) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), `import { x } from '${imported}'\nexport const y = x\n`)
  }
  // The linter exits with 1 when it finds faults, as it must here.
  const { stdout } = await promisify(execFile)(
    OXLINT,
    ['-c', 'oxlint.config.mjs', '--format', 'unix', 'src'],
    { cwd: folder },
  ).catch((error: { stdout: string }) => error)
  const lines = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'))
  refused = new Set(lines.map((line) => line.slice(0, line.indexOf(':'))))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(REFUSED)('the linter refuses that %s imports %s', (file) => {
  expect(refused).toContain(file)
})

test.each(ALLOWED)('%s may import %s', (file) => {
  expect(refused).not.toContain(file)
})
