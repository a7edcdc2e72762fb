import { text } from 'node:stream/consumers'
import { folderStore } from '../../src/stores/folder-store.ts'
import { askOurs, indexOurs } from './ours-work.ts'
import type { Asking } from './peer.ts'

const [, , task, indexId = '', folder = '', file = ''] = process.argv
const store = folderStore({ root: folder })
const result =
  task === 'index'
    ? await indexOurs(store, indexId, file)
    : await askOurs(store, indexId, JSON.parse(await text(process.stdin)) as Asking)
console.log(JSON.stringify(result))
