import { messageOf, QwError } from '../../engine/errors.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { IndexingProgress, IndexingResult } from '../../engine/indexing/indexing-result.ts'
import { parseSourceFormat } from '../../engine/schema/source-format.ts'
import { COMMIT_EVERY_MS, followPath, followStream } from '../../local/follow.ts'
import { Upkeep } from '../../local/upkeep.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { plural } from '../format/number.ts'
import { STDIN } from '../intake/ingest-files.ts'
import { printOutcome } from '../intake/ingest-report.ts'
import type { SourceOpener } from '../intake/open-source.ts'
import { asQwError, type IngestRequest, SOURCE_ID, tooManyRejects } from '../intake/run-ingest.ts'
import type { DataStack } from '../stack/data-stack.ts'

/** Indexes files as they grow, until Ctrl-C: then what is there is committed, and the totals are printed. */
export async function followIngest(
  context: CliContext,
  stack: DataStack,
  request: IngestRequest,
): Promise<ExitCode> {
  const { report, signal, clock } = context
  const { indexId, paths, maxRejects } = request
  const startedMs = clock.nowMs()
  const phase = report.phase(
    `Following ${paths.length === 1 ? nameOf(paths[0]) : plural(paths.length, 'file')}`,
  )
  report.hint(`Searchable within ${formatDuration(COMMIT_EVERY_MS)}. Ctrl-C stops.`)
  const upkeep = new Upkeep(stack.indexing, (fields) => report.detail(JSON.stringify(fields)))
  const stop = new AbortController()
  const end = (): void => stop.abort()
  signal.addEventListener('abort', end, { once: true })
  const tallies = paths.map((path) => new Tally(path))
  const follow = async (tally: Tally): Promise<void> => {
    const { path } = tally
    const { rejects, force } = request
    const common = {
      indexId,
      sourceId: SOURCE_ID,
      rejects,
      force,
      stop: stop.signal,
      ...(maxRejects === undefined ? {} : { maxRejects }),
      onProgress(progress: IndexingProgress) {
        tally.underWay = progress.docCount
        if (progress.phase === 'publishing') upkeep.ask(indexId)
        const done = tallies.reduce((sum, { docCount }) => sum + docCount, 0)
        phase.progress({ done, unit: 'docs' })
      },
      onResult: (result: IndexingResult) => tally.add(result),
      onFailure: (error: unknown) => report.warn(`${path}: ${messageOf(error)}; trying again`),
    }
    try {
      if (path === STDIN)
        await followStream(stack.indexing, common, await request.opener.open(path))
      else await followPath(stack.indexing, { ...common, path, format: formatOf(request.opener) })
      if (tally.result?.state === 'tooManyRejects')
        throw tooManyRejects(path, tally.result, indexId)
    } catch (error) {
      tally.error = asQwError(error, path)
      end()
    }
  }
  await Promise.all(tallies.map(follow))
  signal.removeEventListener('abort', end)
  await upkeep.stop()
  const hasFailed = tallies.some(({ error }) => error !== undefined)
  if (hasFailed) phase.fail()
  else phase.succeed()
  const exitCode = await printOutcome(context, {
    indexId,
    sources: tallies.map(({ path, result, error }) => ({ path, result, error })),
    notStarted: [],
    elapsedMs: clock.nowMs() - startedMs,
  })
  // Ctrl-C is how following ends; a time limit is an error.
  if (signal.aborted && signal.reason instanceof QwError) throw signal.reason
  return exitCode === EXIT.partial ? EXIT.ok : exitCode
}

function formatOf(opener: SourceOpener) {
  return opener.formatName === undefined ? undefined : parseSourceFormat(opener.formatName)
}

function nameOf(path = ''): string {
  return path === STDIN ? 'stdin' : path
}

/** What of one path was indexed: of each file that stood there. */
class Tally {
  readonly path: string
  result: IndexingResult | undefined
  error: QwError | undefined
  /** Documents of the file that is being followed. */
  underWay = 0

  constructor(path: string) {
    this.path = path
  }

  get docCount(): number {
    return (this.result?.docCount ?? 0) + this.underWay
  }

  add(next: IndexingResult): void {
    const before = this.result
    this.underWay = 0
    this.result =
      before === undefined
        ? next
        : {
            ...next,
            state: next.state === 'alreadyIndexed' ? before.state : next.state,
            docCount: before.docCount + next.docCount,
            rejectedCount: before.rejectedCount + next.rejectedCount,
            sourceBytes: before.sourceBytes + next.sourceBytes,
            splitIds: [...before.splitIds, ...next.splitIds],
            splitBytes: before.splitBytes + next.splitBytes,
            rejectReasons: [...before.rejectReasons, ...next.rejectReasons],
          }
  }
}
