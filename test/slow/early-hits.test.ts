import { afterEach, beforeEach, expect, test } from 'vitest'
import { initCommand } from '../../src/cli/init/init-command.ts'
import { searchCommand } from '../../src/cli/search/search-command.ts'
import { Workplace } from '../cli/in-process.ts'

let place: Workplace
beforeEach(async () => {
  place = await Workplace.make()
})
afterEach(() => place.remove())

/** Few documents, so that the size which is worth an early look comes soon. */
function largeLog(count: number): string {
  const filler = 'and nothing else was said about it '.repeat(24)
  return Array.from(
    { length: count },
    (_, i) => `{"at":"2026-11-01T00:00:00Z","n":${i},"message":"request ${i} ${filler}"}\n`,
  ).join('')
}

test('of a large file the first documents are shown while the others are indexed, once', async () => {
  const count = 70_000
  const from = await place.write('large.ndjson', largeLog(count))
  const run = await place.run(initCommand, { options: { data: 'files', from, name: 'shop' } })
  expect(run, run.stderr).toMatchObject({ exitCode: 0 })
  const lines = run.stderr.split('\n')
  const first = lines.findIndex((line) => /^First hits, from the first \d\d,\d{3} doc/.test(line))
  const end = lines.findIndex((line) => line.includes('Indexed 70,000 documents'))
  expect(first).toBeGreaterThan(0)
  expect(end).toBeGreaterThan(first)
  expect(run.stderr).toMatch(/first hits after [\d.]+ m?s · 70,000 documents in /)
  expect(run.stdout.match(/request \d+ and nothing/g)).toHaveLength(5)
  const all = await place.run(searchCommand, { args: ['*'], options: { count: true } })
  expect(Number(all.stdout)).toBe(count)
}, 120_000)
