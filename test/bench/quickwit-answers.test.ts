import { expect, test, vi } from 'vitest'
import { HDFS, SALES } from '../../bench/bench-index.ts'
import { differencesOf } from '../../bench/peers/answer.ts'
import { askOurs } from '../../bench/peers/ours-work.ts'
import { ANSWERS_ALONE } from '../../bench/peers/peer.ts'
import { peerQuestion } from '../../bench/peers/peer-question.ts'
import { askQuickwit } from '../../bench/peers/quickwit-rest.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS } from '../../bench/questions.ts'
import { ApiFixture } from '../../src/api/testing/api-fixture.ts'

const DOCS = 1_000

test.each([
  { set: SALES, indexId: 'mock-sales', questions: SALES_QUESTIONS },
  { set: HDFS, indexId: 'hdfs-logs', questions: HDFS_QUESTIONS },
] as const)(
  'the REST API of Quickwit is asked what is asked here: $indexId',
  async ({ set, indexId, questions }) => {
    const api = new ApiFixture()
    await api.createShipped(indexId)
    const lines = Buffer.from(set.batch(0)).toString().split('\n', DOCS)
    await api.ask(`/api/v1/${indexId}/ingest?commit=force`, { body: lines.join('\n') })
    const served = api.as({ apiKeys: [], responses: 'plain' })
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => served.fetch(new Request(url, init)))
    const asked = questions.map(({ request }) => peerQuestion(request))
    const { store } = api.services.search
    const ours = await askOurs(store, indexId, { questions: asked, ...ANSWERS_ALONE })
    for (const [at, question] of asked.entries()) {
      const { answer } = await askQuickwit('http://127.0.0.1', indexId, question)
      const here = ours[at]?.answer ?? answer
      expect(differencesOf(here, answer)).toEqual([])
    }
    const found = ours.filter(({ answer }) => answer.count > 0)
    expect(found.length).toBeGreaterThan(questions.length / 2)
    vi.unstubAllGlobals()
  },
)
