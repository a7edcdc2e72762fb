import { parentPort } from 'node:worker_threads'
import { encodeFields } from '../engine/split/encode-fields.ts'
import { splitWorkHere } from '../engine/split/split-work.ts'
import { collectGarbage, GarbageWatch } from './collect-garbage.ts'
import type { FromSplitThread, SplitTask, ToSplitThread } from './split-thread.ts'
import { transported } from './transported-error.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const work = splitWorkHere()
const garbage = new GarbageWatch()
const tell = (message: FromSplitThread): void => port.postMessage(message)

port.on('message', ({ id, task }: ToSplitThread) => {
  perform(task).then(
    (answer) => tell({ kind: 'done', id, answer }),
    (error: unknown) => tell({ kind: 'failed', id, error: transported(error) }),
  )
})

async function perform(task: SplitTask): Promise<unknown> {
  switch (task.kind) {
    case 'sealDocs':
      return await work.sealDocs(task.block)
    case 'encodeFields':
      garbage.start()
      try {
        return await encodeFields(task.fields, () => garbage.collectIfWorth())
      } finally {
        // When the answer is sent, nothing holds the fields any more.
        setImmediate(collectGarbage)
      }
  }
}
