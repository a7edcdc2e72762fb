import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Browser } from 'playwright-core'
import { findChromium } from '../test/page/chromium.ts'
import { rowOf, sampleOf } from './measure.ts'
import type { BenchRow, BenchSection, PartResult, Sample, Unit } from './report.ts'

/** Batches of 100,000 documents. */
const BATCHES = 20
const RUNS = 7
const SCROLLED_HITS = 10_000
const SLOW_FRAME_MS = 50

/** The page as a person meets it: its size, how soon there is an answer, how smoothly it scrolls. */
export async function benchPage(root: string): Promise<PartResult> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    console.log('\nThe page is not measured: no Chromium here (CHROMIUM_PATH)')
    return { sections: [] }
  }
  const folder = mkdtempSync(join(tmpdir(), 'qwl-bench-'))
  const { url, server } = await serve(root, folder)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const first = await firstAnswers(browser, url)
    const frames = await scrolledFrames(browser, url)
    return { sections: [sectionOf(root, first, frames)] }
  } finally {
    await browser.close()
    server.kill('SIGINT')
    await new Promise((done) => server.once('close', done))
    rmSync(folder, { recursive: true, force: true })
  }
}

function sectionOf(
  root: string,
  firstMs: readonly number[],
  { gapsMs, mostRows, longestTaskMs }: ScrolledFrames,
): BenchSection {
  const row = (
    id: string,
    measure: string,
    unit: Unit,
    value: Sample | number,
    [must, aim]: readonly [number, number?],
  ): BenchRow =>
    rowOf({ id: `page-${id}`, measure, unit, must, ...(aim !== undefined && { aim }) }, value)
  const slow = gapsMs.filter((gap) => gap > SLOW_FRAME_MS).length
  const scrolled = `${SCROLLED_HITS} hits scrolled`
  return {
    title: `The page, over ${BATCHES * 100_000} local documents`,
    rows: [
      row('size', 'everything, gzipped', 'kB', pageBytes(root) / 1e3, [150, 80]),
      row('first', 'from opening to the first hits', 'ms', sampleOf(firstMs), [1_000, 400]),
      row('frame', `${scrolled}: time between frames`, 'ms', sampleOf(gapsMs), [50, 17]),
      row('slow', `${scrolled}: frames over ${SLOW_FRAME_MS} ms`, 'count', slow, [0, 0]),
      row('longest', `${scrolled}: the longest frame`, 'ms', Math.max(...gapsMs), [50, 17]),
      row('task', 'the longest task, of the processor alone', 'ms', longestTaskMs, [50, 17]),
      row('rows', 'rows in the document at most', 'count', mostRows, [100]),
    ],
  }
}

function pageBytes(root: string): number {
  const dist = join(root, 'dist', 'page')
  const bytes = readdirSync(dist).map((name) => gzipSync(readFileSync(join(dist, name))).length)
  return bytes.reduce((sum, each) => sum + each, 0)
}

interface Served {
  readonly url: string
  readonly server: ChildProcess
}

async function serve(root: string, folder: string): Promise<Served> {
  const program = join(root, 'bin', 'qw-lambda.js')
  const where = ['--data-dir', join(folder, 'data'), '--config', join(folder, 'qw-lambda.json')]
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [program, ...args, ...where], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const run = async (...args: string[]): Promise<void> => {
    const child = start(...args, '--quiet')
    child.stdout?.resume()
    const code = await new Promise((done) => child.once('close', done))
    if (code !== 0) throw new Error(`qw-lambda ${args.join(' ')} failed`)
  }
  await run('init', '--target', 'local', '--name', 'bench', '-y')
  await run('generator', 'run', '--batches', String(BATCHES - 1))
  const server = start('serve', '--port', '0', '--no-generator', '--log', 'none', '--quiet')
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    server.once('close', () => reject(new Error('serve ended')))
  })
  return { url, server }
}

/** Notes when the first hit stands in the document, in milliseconds since the page was asked for. */
const NOTE_FIRST_HIT = `
const observer = new MutationObserver(() => {
  if (document.querySelector('[data-row]') === null) return
  observer.disconnect()
  requestAnimationFrame(() => { window.firstHitMs = performance.now() })
})
observer.observe(document, { childList: true, subtree: true })`

const FIRST_HIT = `new Promise((done) => {
  const look = () => {
    if (window.firstHitMs === undefined) requestAnimationFrame(look)
    else done(window.firstHitMs)
  }
  look()
})`

/** Each in a browser profile that has seen nothing. */
async function firstAnswers(browser: Browser, url: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const context = await browser.newContext()
    await context.addInitScript(NOTE_FIRST_HIT)
    const page = await context.newPage()
    await page.goto(`${url}/ui/`)
    times.push(await page.evaluate<number>(FIRST_HIT))
    await context.close()
  }
  return times
}

interface Scrolled {
  readonly gapsMs: number[]
  readonly mostRows: number
}

interface ScrolledFrames extends Scrolled {
  readonly longestTaskMs: number
}

/** An event of a trace, as the browser writes it; times in microseconds. */
interface TraceEvent {
  readonly name: string
  /** Of the processor, which other processes on the machine do not lengthen. */
  readonly tdur?: number
}

/** Ten rows a frame, as fast as frames come and pages are there. */
const SCROLL = `(async () => {
  const grid = document.querySelector('[role=grid]')
  const frame = () => new Promise(requestAnimationFrame)
  const gapsMs = []
  let mostRows = 0
  let before = await frame()
  while (grid.scrollTop < ${SCROLLED_HITS} * 24) {
    grid.scrollTop += 240
    const now = await frame()
    gapsMs.push(now - before)
    before = now
    mostRows = Math.max(mostRows, grid.querySelectorAll('[data-row]').length)
  }
  return { gapsMs, mostRows }
})()`

async function scrolledFrames(browser: Browser, url: string): Promise<ScrolledFrames> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${url}/ui/`)
  await page.getByRole('grid', { name: 'Hits' }).getByRole('row').nth(20).waitFor()
  // Fonts, the histogram and the compiler have settled.
  await page.waitForTimeout(1_000)
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  const scrolled = await page.evaluate<Scrolled>(SCROLL)
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: readonly TraceEvent[]
  }
  const longestUs = trace.traceEvents
    .filter(({ name }) => name === 'FunctionCall' || name === 'RunTask')
    .reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0)
  return { ...scrolled, longestTaskMs: longestUs / 1_000 }
}
