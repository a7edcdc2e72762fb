import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { indexDocs } from '../../src/engine/indexing/index-docs.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import { decodeManifest, encodeManifest } from '../../src/engine/metastore/manifest.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { shippedConfig } from '../../src/engine/schema/shipped-configs.ts'
import { prefixStore } from '../../src/stores/prefix-store.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'
import { createBucket, createFunction, invoke, openBucket } from './cloud.ts'

/** What the template's schedule sends, as it stands there. */
async function scheduledInput(): Promise<unknown> {
  const template = fileURLToPath(new URL('../../templates/qw-lambda.yaml', import.meta.url))
  const [, schedule = ''] = (await readFile(template, 'utf8')).split('  UpkeepSchedule:')
  return JSON.parse(/Input: '(.+)'/.exec(schedule)?.[1] ?? '')
}

test('what the schedule sends merges and cleans up every index, and finishes what was interrupted', async () => {
  const bucket = await createBucket('index')
  const indexer = await createFunction({
    zip: 'indexer',
    environment: {
      QW_LAMBDA_INDEX_ID: 'shop',
      QW_LAMBDA_METASTORE_BUCKET: bucket,
      QW_LAMBDA_INDEX_BUCKET: bucket,
      QW_LAMBDA_STAGING_BUCKET: bucket,
    },
  })
  const host = { clock: systemClock, random: systemRandom }
  const store = prefixStore(openBucket(bucket), 'index/')
  const metastore = new Metastore(store, host)
  const config = shippedConfig('mock-sales')
  if (config === undefined) throw new Error('no shipped config')
  for (const indexId of ['shop', 'stall', 'gone']) {
    await metastore.createIndex({ ...config, indexId })
    for (let id = 0; id < (indexId === 'stall' ? 3 : 10); id++) {
      const body = Buffer.from(JSON.stringify({ ts: Date.UTC(2026, 10, 23), id }))
      await indexDocs({ metastore, ...host }, { indexId, body })
    }
  }
  // A deletion that was killed after it had been written down.
  const manifest = decodeManifest((await store.get('manifest.json'))?.bytes ?? new Uint8Array())
  expect(manifest.get('gone')).toBe('active')
  const deleting = encodeManifest(new Map(manifest).set('gone', 'deleting'))
  await store.put('manifest.json', deleting, { condition: { kind: 'always' } })

  const first = await invoke(indexer, await scheduledInput())
  expect(first.payload).toMatchObject({ num_docs: 0, num_merges: 1 })
  const splits = async (id: string) => publishedSplits(await metastore.load(id)).length
  expect([await splits('shop'), await splits('stall')]).toEqual([1, 3])
  expect(await metastore.listIndexIds()).toEqual(['shop', 'stall'])
  const left = []
  for await (const { key } of store.list('gone/')) left.push(key)
  expect(left).toEqual([])

  expect((await invoke(indexer, await scheduledInput())).payload).toMatchObject({ num_merges: 0 })
})
