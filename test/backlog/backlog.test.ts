import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseTemplate } from '../../src/deploy/template.ts'
import { workOffBacklog, type StackSettings } from './simulated-stack.ts'

const MB = 1_000_000
const PIECE_BYTES = 64 * MB
/** Over the time that the functions would take without queue and invocations. */
const OVERHEAD_MAX = 1.3
const STALL_SECONDS_MAX = 30
const RATES = [5 * MB, 25 * MB]

const template = parseTemplate(
  readFileSync(new URL('../../templates/qw-lambda.yaml', import.meta.url), 'utf8'),
)

/** What the shipped template says. */
function shippedSettings(timeout: '120' | '300' | '900'): Omit<StackSettings, 'bytesPerSecond'> {
  const { Parameters, Resources, Mappings } = template
  const at = (value: unknown, ...path: string[]): number => {
    const found = path.reduce<unknown>((v, key) => (v as Record<string, unknown>)?.[key], value)
    if (typeof found !== 'number') throw new Error(`the template has no ${path.join('.')}`)
    return found
  }
  const mapping = Resources['IndexerMapping']?.Properties
  return {
    batchSize: at(mapping, 'BatchSize'),
    concurrency: Number(Parameters['IndexerConcurrency']?.Default),
    maxReceiveCount: at(Resources['Queue']?.Properties, 'RedrivePolicy', 'maxReceiveCount'),
    visibilitySeconds: at(Mappings['QueueVisibility'], timeout, 'Seconds'),
    timeoutSeconds: Number(timeout),
  }
}

/** A file that was not indexed by then is deleted: 20,000 pieces at 5 MB a second take a day and a half. */
const STAGED_SECONDS = 86_400 * Number(template.Parameters['StagedFileDays']?.Default)

function pieces(count: number, sizeBytes = PIECE_BYTES): Map<string, number> {
  return new Map(Array.from({ length: count }, (_, i) => [`shop/${i}`, sizeBytes]))
}

function idealSeconds(files: ReadonlyMap<string, number>, settings: StackSettings): number {
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
  return bytes / settings.bytesPerSecond / Math.min(settings.concurrency, files.size)
}

const TIMEOUTS = ['120', '300', '900'] as const
const CASES = [
  ...[1, 60, 1_600, 20_000].flatMap((count) =>
    RATES.map((rate) => ({ count, rate, timeout: '300' as const })),
  ),
  ...TIMEOUTS.flatMap((timeout) => RATES.map((rate) => ({ count: 1_600, rate, timeout }))),
]

test.each(CASES)(
  '$count pieces of 64 MB at $rate bytes a second, $timeout s an invocation: no stall, no dead letter',
  async ({ count, rate, timeout }) => {
    const settings = { ...shippedSettings(timeout), bytesPerSecond: rate }
    const files = pieces(count)
    const report = await workOffBacklog(files, settings)
    expect(report.deadLetters).toEqual([])
    expect(report.indexedBytes).toBe(count * PIECE_BYTES)
    expect(report.stallSeconds).toBeLessThanOrEqual(STALL_SECONDS_MAX)
    expect(report.elapsedSeconds).toBeLessThan(OVERHEAD_MAX * idealSeconds(files, settings))
    expect(report.elapsedSeconds).toBeLessThan(STAGED_SECONDS)
    // What goes back costs requests: never more than a few per file.
    expect(report.sentCount).toBeLessThanOrEqual(4 * count)
  },
)

test.each(TIMEOUTS)(
  'files that take many invocations of %s s each go on at once',
  async (timeout) => {
    const settings = { ...shippedSettings(timeout), bytesPerSecond: 20 * MB }
    const files = new Map([...pieces(3), ['shop/large', 40_000 * MB], ['shop/larger', 60_000 * MB]])
    const report = await workOffBacklog(files, settings)
    expect(report.deadLetters).toEqual([])
    expect(report.stallSeconds).toBeLessThanOrEqual(STALL_SECONDS_MAX)
    // The larger file cannot be shared between functions.
    expect(report.elapsedSeconds).toBeLessThan((OVERHEAD_MAX * 60_000) / 20)
  },
)

test('only what fails by itself becomes a dead letter, and holds up nothing', async () => {
  const settings = { ...shippedSettings('300'), bytesPerSecond: 20 * MB }
  const files = pieces(100)
  const report = await workOffBacklog(files, { ...settings, broken: new Set(['shop/7']) })
  expect(report.deadLetters).toEqual([expect.stringContaining('"shop/7"')])
  expect(report.indexedBytes).toBe(99 * PIECE_BYTES)
})

/** As the issue of an invocation that dies was bounded: nothing may wait longer for the next one. */
const STALL_SECONDS_MAX_AFTER_DEATH = 120

test.each([1, 60, 1_600])(
  'an invocation that dies holds up its part of %s pieces for less than two minutes',
  async (count) => {
    const settings = { ...shippedSettings('300'), bytesPerSecond: 20 * MB }
    const files = pieces(count)
    // The first, and then one of ten.
    const report = await workOffBacklog(files, { ...settings, dies: (n) => n % 10 === 1 })
    expect(report.deadLetters).toEqual([])
    expect(report.indexedBytes).toBe(count * PIECE_BYTES)
    expect(report.stallSeconds).toBeLessThanOrEqual(STALL_SECONDS_MAX_AFTER_DEATH)
  },
)

test('what kills every invocation is a dead letter within ten minutes, and holds up nothing else', async () => {
  const settings = { ...shippedSettings('300'), bytesPerSecond: 20 * MB }
  const report = await workOffBacklog(pieces(1), { ...settings, dies: () => true })
  expect(report.deadLetters).toHaveLength(1)
  expect(report.elapsedSeconds).toBeLessThan(600)
})

test('the simulation shows what the settings before did: half an hour of nothing, and dead letters', async () => {
  const before = {
    ...shippedSettings('300'),
    batchSize: 100,
    bytesPerSecond: 5 * MB,
    canSend: false,
    holds: false,
  }
  expect((await workOffBacklog(pieces(60), before)).stallSeconds).toBeGreaterThan(1_000)
  expect((await workOffBacklog(pieces(1_600), before)).deadLetters.length).toBeGreaterThan(100)
  const unheld = { ...shippedSettings('300'), bytesPerSecond: 20 * MB, holds: false }
  const report = await workOffBacklog(pieces(60), { ...unheld, dies: (n) => n === 1 })
  expect(report.stallSeconds).toBeGreaterThan(1_000)
})
