import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'vitest'
import { finished, runCli, startCli } from '../cli-process.ts'
import { KILLS, Killer } from '../killer.ts'

const SCHEMA = `version: 0.9
index_id: app
doc_mapping:
  field_mappings:
    - {name: n, type: u64, fast: true}
    - {name: text, type: text}
indexing_settings: {commit_timeout_secs: 1}
`
const KILLS_EACH = KILLS.follow / 2
/** Lines written between two kills, and how often the log is rotated. */
const LINES = 400
const ROTATE_EVERY = 1_700
const WAIT = { timeout: 60_000, interval: 1_000 }

test.concurrent.for<readonly [string, readonly string[]]>([
  ['ingest --follow', ['ingest', 'logs/app.log', '--follow', '--index', 'app']],
  ['serve --watch', ['serve', '--watch', 'logs=app', '--no-generator', '--port', '0']],
])(
  `${KILLS_EACH} times killed, %s takes every line of a log that is written and rotated once`,
  { timeout: 300_000 },
  // Of each test its own: the common one forgets its test when another one ends.
  async ([, args], { expect }) => {
    const { fraction } = new Killer()
    const folder = await mkdtemp(join(tmpdir(), 'qwl-kill-follow-'))
    const options = { cwd: folder, env: { HOME: folder, QWL_DATA_DIR: join(folder, 'data') } }
    const run = async (...words: string[]): Promise<string> => {
      const result = await runCli(words, options)
      expect(result, result.stderr).toMatchObject({ exitCode: 0 })
      return result.stdout
    }
    await mkdir(join(folder, 'logs'))
    await writeFile(join(folder, 'app.yaml'), SCHEMA)
    await run('init', '--target', 'local', '--data', 'empty', '--schema', 'app.yaml', '-y')
    const log = join(folder, 'logs', 'app.log')
    const count = async (): Promise<number> =>
      Number(await run('search', '*', '--index', 'app', '--count'))
    let written = 0
    let rotations = 0
    let rotatedAt = 0
    const write = async (lines: number): Promise<void> => {
      for (let n = 0; n < lines; n++, written++) {
        if (written % ROTATE_EVERY === ROTATE_EVERY - 1) {
          // Nobody can know of a file that was never read under its name: on a busy machine each
          // follower of the last kills may have been killed before its first look.
          await expect.poll(count, WAIT).toBeGreaterThan(rotatedAt)
          await rename(log, `${log}.${++rotations}`)
          rotatedAt = written
        }
        await appendFile(log, `{"n":${written},"text":"line ${written}"}\n`)
        if (n % 20 === 0) await sleep(5)
      }
    }
    for (let kill = 0; kill < KILLS_EACH; kill++) {
      const child = startCli([...args], options)
      const ended = finished(child)
      await Promise.all([write(LINES), sleep(300 + fraction() * 2_500)])
      child.kill('SIGKILL')
      expect(await ended).toMatchObject({ exitCode: null })
      expect(await count()).toBeLessThanOrEqual(written)
    }
    const last = startCli([...args], options)
    const ended = finished(last)
    await expect.poll(count, WAIT).toBe(written)
    await sleep(2_000)
    last.kill('SIGINT')
    expect(await ended).toMatchObject({ exitCode: 0 })
    expect(await count()).toBe(written)
    const sum = await run('search', '*', '--index', 'app', '--stats', 'n', '--json')
    expect(sum).toContain(String((written * (written - 1)) / 2))
    await rm(folder, { recursive: true, force: true })
  },
)
