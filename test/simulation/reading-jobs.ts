import { Hono } from 'hono'
import { addScrollRoutes, startScroll } from '../../src/api/elastic/scroll.ts'
import { isQwError, QwError } from '../../src/engine/errors.ts'
import { MANIFEST_NAME, type ExportManifest } from '../../src/engine/export/export-manifest.ts'
import { clearExport, exportParts, readManifest } from '../../src/engine/export/export-parts.ts'
import { planExport } from '../../src/engine/export/export-plan.ts'
import { latestOpstamp } from '../../src/engine/metastore/delete-task.ts'
import type { IndexFile } from '../../src/engine/metastore/index-metadata.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { prefixStore } from '../../src/stores/prefix-store.ts'
import { groupOf, groupWord } from './documents.ts'
import type { Host } from './host.ts'
import { type Job, LONGEST_SEARCH_MS } from './jobs.ts'
import type { Model } from './model.ts'

/** One page of a scroll, as a client reads it. */
interface Page {
  readonly _scroll_id: string
  readonly _shards: { readonly failed: number }
  readonly hits: { readonly hits: readonly { readonly _source: { readonly n: number } }[] }
}

interface Scroll {
  readonly indexId: string
  readonly group: number | undefined
  readonly pageHits: number
  /** Before each page but the first. */
  readonly waitMs: number
  readonly nowMs: () => number
}

/** Page after page, for as long as it takes: all of them together are what the index was at the first. */
export function scroll(model: Model, asked: Scroll): Job {
  const { indexId, group, pageHits, waitMs, nowMs } = asked
  const text = group === undefined ? '*' : `text:${groupWord(group)}`
  return {
    name: `scroll through ${text} in ${indexId} by ${pageHits}`,
    repeats: false,
    async run(host) {
      const history = model.history(indexId)
      const { incarnation } = history
      const sinceVersion = history.versions.length - 1
      const opstampOf = ({ file }: typeof history.last): number =>
        file === undefined ? 0 : latestOpstamp(file)
      const opstamp = opstampOf(history.last)
      const isOwed =
        history.last.file?.splits.some((split) => split.deleteOpstamp < opstamp) ?? false
      const beganMs = nowMs()
      const isOver = (): boolean =>
        history.incarnation !== incarnation ||
        history.last.file === undefined ||
        nowMs() - beganMs > LONGEST_SEARCH_MS
      const isErased = (): boolean => isOwed || opstampOf(history.last) !== opstamp
      try {
        const pages = pagesOf(host, { indexId, text, pageHits, waitMs })
        const first = await pages.next()
        const endVersion = history.versions.length
        const found = [...(first.value ?? [])]
        for await (const numbers of pages) found.push(...numbers)
        const matches = (n: number): boolean => group === undefined || groupOf(n) === group
        model.judgeSearch(indexId, found, { sinceVersion, endVersion, matches })
      } catch (error) {
        const isGone = isQwError(error) && error.code === 'SCROLL-GONE'
        const isMissing = isQwError(error, 'notFound') || isQwError(error, 'corrupt')
        if (!isGone && !isMissing) throw error
        const isExcused = isOver() || (isGone && isErased())
        if (!isExcused) model.report(indexId, [`a scroll ended early: ${String(error)}`])
      }
    },
  }
}

async function* pagesOf(
  host: Host,
  {
    indexId,
    text,
    pageHits,
    waitMs,
  }: Pick<Scroll, 'indexId' | 'pageHits' | 'waitMs'> & { text: string },
): AsyncGenerator<number[]> {
  const app = new Hono()
  app.onError((error) => {
    throw error
  })
  addScrollRoutes(app, host.search)
  const query = new URLSearchParams({ q: text, size: String(pageHits), scroll: '20m' })
  const start = { indexes: indexId, query: query.toString(), body: {} }
  let answer = await startScroll(start, host.search, new AbortController().signal)
  for (;;) {
    const { _scroll_id, _shards, hits } = (await answer.json()) as Page
    if (_shards.failed > 0) throw new QwError('unavailable', 'some splits were not searched')
    if (hits.hits.length === 0) return
    yield hits.hits.map(({ _source }) => Number(_source.n))
    await host.components.clock.sleep(waitMs)
    const next = new URLSearchParams({ scroll_id: _scroll_id })
    answer = await app.fetch(new Request(`http://sim/_search/scroll?${next.toString()}`))
  }
}

/** All documents, part by part into a folder; killed, the same command goes on, and begins again where
 *  splits went that it had not read yet. */
export function exportIndex(model: Model, indexId: string, folder: string): Job {
  let sinceVersion: number | undefined
  return {
    name: `export ${indexId} into ${folder}`,
    repeats: true,
    async run({ components, staging, bug }) {
      const target = prefixStore(staging, `exports/${folder}/`)
      const { store } = components.metastore
      sinceVersion ??= model.history(indexId).versions.length - 1
      for (;;) {
        const file = await components.metastore.load(indexId)
        const begun = await readManifest(target)
        const { manifest, etag } = begun ?? { manifest: newExport(file), etag: undefined }
        try {
          const job = { file, manifest, etag, target: bug.exportTarget?.(target) ?? target }
          await exportParts(job, { store }, () => components.clock.nowMs())
        } catch (error) {
          if (!isQwError(error, 'conflict')) throw error
          const left = await readManifest(target)
          if (left !== undefined) await clearExport(target, left)
          continue
        }
        const splitIds = manifest.splits.map(({ splitId }) => splitId)
        return model.judgeExport(indexId, await numbersIn(target), { sinceVersion, splitIds })
      }
    },
  }
}

function newExport(file: IndexFile): ExportManifest {
  const selection = { query: undefined, startTimestamp: undefined, endTimestamp: undefined }
  const { indexId, indexUid } = file.metadata
  const all = { indexId, query: undefined, since: undefined, until: undefined, fields: [] }
  return {
    request: { ...all, format: 'ndjson', compression: 'none' },
    selection,
    indexUid,
    columns: [],
    begunMs: 1,
    finishedMs: undefined,
    splits: planExport(file, selection).splits,
    parts: new Map(),
  }
}

async function numbersIn(target: ObjectStore): Promise<number[]> {
  const numbers: number[] = []
  for await (const { key } of target.list('')) {
    if (key === MANIFEST_NAME) continue
    const text = Buffer.from((await target.get(key))?.bytes ?? []).toString()
    const lines = text.split('\n').filter((line) => line !== '')
    numbers.push(...lines.map((line) => (JSON.parse(line) as { readonly n: number }).n))
  }
  return numbers
}
