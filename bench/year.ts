import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { US_EAST_1_PRICES } from '../src/cost/price-book.ts'
import { simulateMerging } from '../src/engine/indexing/testing/simulated-merging.ts'
import { maxMergeBytes } from '../src/functions/lambda-environment.ts'
import { printTable, type Row } from './measure.ts'
import { simulateYear, type SimulatedYear, type YearDay } from './year/simulated-year.ts'
import { yearPicture } from './year/year-picture.ts'

/** A year of the tutorial's batches. */
const YEAR = { days: 365, docs: 100_000 }
const RETENTION_DAYS = 30
/** Of a batch, that are really there. */
const REAL_DOCS = 10
/** Of an index, as `npm run bench -- indexing` has it for the mock sales. */
const BYTES_PER_DOC = 33
const DAYS_A_MONTH = 365 / 12
/** Documents a batch, index bytes a document and memory of the function in MB: from small batches to logs
 *  with long lines. */
const SIZES = [
  [10, 100, 3_008],
  [1_000, 33, 3_008],
  [2_000, 33, 3_008],
  [10_000, 33, 3_008],
  [100_000, 33, 3_008],
  [100_000, 50, 3_008],
  [100_000, 100, 3_008],
  [100_000, 100, 6_144],
] as const
const ALONE = 'The merge policy alone: splits at most, and bytes written per byte indexed'
const MARKS = ['<!-- npm run bench -- year -->', '<!-- end -->'] as const

/** Settings are `days=20` and `docs=10000`; only the whole year is kept in docs. */
export async function benchYear(
  root: string,
  settings: Readonly<Record<string, number>>,
): Promise<void> {
  const { days, docs } = { ...YEAR, ...settings }
  const startMs = performance.now()
  const year = await simulateYear({
    days,
    docsPerBatch: docs,
    realDocsPerBatch: REAL_DOCS,
    retentionDays: RETENTION_DAYS,
    seed: 1,
    onDay: ({ day, publishedSplits }) => {
      if (process.stderr.isTTY && day % 5 === 4)
        process.stderr.write(`\rday ${day + 1}, ${publishedSplits} splits `)
    },
  })
  const title = `${year.batchCount} batches of ${docs} documents, ${RETENTION_DAYS} days kept`
  const rows = yearRows(year, docs)
  printTable(title, rows)
  const sizes = sizeRows(days)
  printTable(`${ALONE}, ${days} days`, sizes)
  console.log(`\n${((performance.now() - startMs) / 60_000).toFixed(1)} minutes`)
  if (days !== YEAR.days || docs !== YEAR.docs) return
  writeFileSync(join(root, 'docs', 'year.svg'), yearPicture(year.days, docs))
  keepFigures(join(root, 'docs', 'YEAR.md'), [
    ...markdown(title, rows),
    '',
    ...markdown(ALONE, sizes),
  ])
}

function yearRows({ days, ...year }: SimulatedYear, docs: number): Row[] {
  const end = days.at(-1)!
  const most = (pick: (day: YearDay) => number): number => Math.max(...days.map(pick))
  const sum = (pick: (day: YearDay) => number): number =>
    days.reduce((total, day) => total + pick(day), 0)
  const perDay = (pick: (day: YearDay) => number): string => (sum(pick) / days.length).toFixed(0)
  const scale = (docs / REAL_DOCS) * BYTES_PER_DOC
  const indexed = sum(({ indexedDocs }) => indexedDocs) * scale
  const splits = sum(({ writtenDocs }) => writtenDocs) * scale
  const metastore = sum(({ metastoreWrittenBytes }) => metastoreWrittenBytes)
  const { query } = end
  return [
    row('published splits at the end', end.publishedSplits, '150', '60'),
    row(
      'published splits at most',
      most((day) => day.publishedSplits),
      '150',
      '60',
    ),
    row('metastore file at the end', kilobytes(end.metastoreBytes), '1 MB', '300 KB'),
    row('metastore file at most', kilobytes(most((day) => day.metastoreBytes)), '1 MB', '300 KB'),
    row('bytes of splits written per byte indexed', (splits / indexed).toFixed(2), '6', '4'),
    row('with the metastore file', ((splits + metastore) / indexed).toFixed(2), '6', '4'),
    row('requests of a cold term query over all', readsOf(query.all)),
    row('over the last day', readsOf(query.lastDay)),
    row('over an hour of a week ago', readsOf(query.oneHour)),
    row(
      'objects in the bucket at most',
      most((day) => day.objects),
    ),
    row(
      'of them named by no file, at most',
      most((day) => day.objects - day.namedObjects),
    ),
    row(
      'PUT a day',
      perDay((day) => day.puts),
    ),
    row(
      'GET and HEAD a day',
      perDay((day) => day.gets),
    ),
    row(
      'LIST a day',
      perDay((day) => day.lists),
    ),
    row('requests a month, in dollars', dollars(sum, days.length)),
    row('invocations that died', year.deathCount),
    row('documents of the last 30 days sent', year.sentDocs),
    row('found by a search', year.foundDocs, String(year.sentDocs), String(year.sentDocs)),
  ]
}

function row(measure: string, value: number | string, must = '', aim = ''): Row {
  return { measure, value: String(value), must, aim }
}

function readsOf({ requests, splits }: YearDay['query']['all']): string {
  return `${requests} (${splits} splits)`
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`
}

function dollars(sum: (pick: (day: YearDay) => number) => number, days: number): string {
  const { s3Read, s3Write } = US_EAST_1_PRICES.prices
  const usd =
    (sum(({ gets }) => gets) / s3Read.per) * s3Read.tiers[0].usd +
    (sum(({ puts, lists }) => puts + lists) / s3Write.per) * s3Write.tiers[0].usd
  return `$${((usd / days) * DAYS_A_MONTH).toFixed(2)}`
}

/** Records without bytes. What a merge may hold is the function's to say. */
function sizeRows(days: number): Row[] {
  return SIZES.map(([docsPerFile, bytesPerDoc, memoryMb]) => {
    const { mostSplits, writtenPerIndexed } = simulateMerging({
      days,
      docsPerFile,
      bytesPerDoc,
      retentionDays: RETENTION_DAYS,
      maxMergeBytes: maxMergeBytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb) }),
    })
    const name = `${docsPerFile} documents a batch, ${bytesPerDoc} bytes each, ${memoryMb} MB`
    return row(name, `${mostSplits}, ${writtenPerIndexed.toFixed(1)}`, '150, 6', '60, 4')
  })
}

function markdown(title: string, rows: readonly Row[]): string[] {
  return [
    `### ${title}`,
    '',
    '| measure | here | must | aim |',
    '|---|---|---|---|',
    ...rows.map(({ measure, value, must, aim }) => `| ${measure} | ${value} | ${must} | ${aim} |`),
  ]
}

function keepFigures(path: string, lines: readonly string[]): void {
  const text = readFileSync(path, 'utf8')
  const [before, rest = ''] = text.split(MARKS[0], 2)
  const [, after] = rest.split(MARKS[1], 2)
  if (after === undefined) throw new Error(`${path} has no place for the figures`)
  writeFileSync(
    path,
    [before, MARKS[0], '\n\n', lines.join('\n'), '\n\n', MARKS[1], after].join(''),
  )
}
