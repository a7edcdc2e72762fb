import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { StackThread } from './stack-thread.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-stack-thread-'))
})

afterAll(async () => await rm(folder, { recursive: true }))

/** A thread that answers each call by what the script returns for the task. */
async function opened(script: string): Promise<StackThread> {
  const path = join(folder, `${script.length}.mjs`)
  await writeFile(
    path,
    `import { parentPort } from 'node:worker_threads'
     const answer = (task) => { ${script} }
     parentPort.on('message', ({ kind, id, task }) => {
       if (kind === 'call') parentPort.postMessage({ kind: 'done', id, answer: answer(task) })
     })`,
  )
  const thread = new StackThread(path, { dataDir: folder, stackName: 'test' })
  onTestFinished(() => thread.close())
  return thread
}

const task = (indexId: string) => ({ indexId, targetDocs: undefined })

test('a thread that ends is an error with a way out, and the next call finds another one', async () => {
  const thread = await opened(
    "if (task.indexId === 'heavy') throw new Error('no memory'); return task",
  )
  await expect(thread.work.merge(task('heavy'))).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'a thread of this process ended in its work',
    why: 'no memory',
    fix: expect.stringContaining('ask again'),
  })
  // At once, while the first one is still on its way out.
  const again = Array.from({ length: 20 }, (_, n) => thread.work.merge(task(`light-${n}`)))
  expect(await Promise.all(again)).toHaveLength(20)
  expect(thread.callCount).toBe(0)
})

test('every call of a thread that ends fails, none waits for ever', async () => {
  const thread = await opened("if (task.indexId === 'last') process.exit(3); return task")
  const calls = ['last', 'a', 'b'].map((name) => thread.work.merge(task(name)))
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})
