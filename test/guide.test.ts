import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './cli-process.ts'

const FIXTURES = join(import.meta.dirname, 'formats', 'fixtures')

let folder: string

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'qwl-guide-'))
  // The stack is called after its folder.
  folder = join(root, 'guide')
  for (const name of ['logs', 'cloudtrail']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, '.git'), '')
  const log = await readFile(join(FIXTURES, 'nginx.log'))
  await writeFile(join(folder, 'logs', 'access.log'), log)
  await writeFile(join(folder, 'logs', 'access.log.1.gz'), gzipSync(log))
  const trail = await readFile(join(FIXTURES, 'cloudtrail.json'))
  await writeFile(join(folder, 'cloudtrail', 'trail.json.gz'), gzipSync(trail))
  for (const name of ['app.ndjson', 'people.csv'])
    await cp(join(FIXTURES, name), join(folder, name))
})

afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }))

interface Step {
  readonly line: string
  /** Needs an account: only its flags are tried. */
  readonly isAws: boolean
}

async function stepsOfGuide(): Promise<Step[]> {
  const page = await readFile(join(import.meta.dirname, '..', 'docs', 'GUIDE.md'), 'utf8')
  return [...page.matchAll(/```sh( aws)?\n([\s\S]*?)```/g)].flatMap(([, aws, block = '']) =>
    block
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ line, isAws: aws !== undefined })),
  )
}

/** The words of a line as a shell would hand them over; the guide quotes with ' alone. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
}

test('every command of the guide works, in its order, and every search finds something', async () => {
  const steps = await stepsOfGuide()
  expect(steps.length).toBeGreaterThan(15)
  for (const { line, isAws } of steps) {
    const [program, ...args] = wordsOf(line)
    expect(program).toBe('qw-lambda')
    const run = await runCli(isAws ? [...args, '--help'] : args, {
      cwd: folder,
      env: { HOME: folder },
    })
    expect(run.exitCode, `${line}\n${run.stderr}`).toBe(0)
    const finds = args[0] === 'search' && !line.includes('level:error')
    if (finds && !isAws) expect(run.stdout.split('\n').length, line).toBeGreaterThan(2)
    if (line.includes('level:error')) expect(run.stderr).toContain('qw-lambda search level:ERROR')
  }
}, 120_000)
