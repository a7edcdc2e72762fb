import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileSource, streamSource } from './file-source.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qwl-source-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('a file', () => {
  test('is the same source after it was touched, and another one after it was changed', async () => {
    const path = join(folder, 'a b+ü.ndjson')
    await writeFile(path, '{"a":1}\n')
    const first = await fileSource(path)
    await utimes(path, new Date(), new Date(0))
    const touched = await fileSource(path)
    expect([touched.uri, touched.etag]).toEqual([first.uri, first.etag])
    await writeFile(path, '{"a":2}\n')
    expect((await fileSource(path)).etag).not.toBe(first.etag)
  })

  test('that is cut or rewritten while it is read is refused with the way out', async () => {
    const path = join(folder, 'changes.ndjson')
    await writeFile(path, '{"a":1}\n{"a":2}\n')
    const source = await fileSource(path)
    await writeFile(path, '{"a":1}\n')
    await expect(source.verifyUnchanged(undefined)).rejects.toMatchObject({
      kind: 'conflict',
      fix: expect.stringContaining('again'),
    })
  })

  test('that is not there is named', async () => {
    const path = join(folder, 'none.ndjson')
    await expect(fileSource(path)).rejects.toMatchObject({
      kind: 'notFound',
      message: expect.stringContaining(path),
    })
  })

  test('that is a folder is refused', async () => {
    await expect(fileSource(folder)).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('a pipe', () => {
  async function* letters(): AsyncGenerator<Uint8Array> {
    for (const letter of ['a', 'b', 'c', 'd']) {
      await new Promise((done) => setImmediate(done))
      yield Buffer.from(letter)
    }
  }

  async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    let text = ''
    for await (const chunk of chunks) text += Buffer.from(chunk).toString()
    return text
  }

  test('can be looked at any number of times and is then read whole', async () => {
    const source = streamSource('stdin:1', letters())
    for await (const chunk of source.peek()) {
      expect(Buffer.from(chunk).toString()).toBe('a')
      break
    }
    const twice = source.peek()[Symbol.asyncIterator]()
    await twice.next()
    await twice.next()
    expect(await textOf(source.open(undefined))).toBe('abcd')
  })

  test('loses nothing to a read that was under way when the looking stopped', async () => {
    const source = streamSource('stdin:1', letters())
    const look = source.peek()[Symbol.asyncIterator]()
    void look.next()
    expect(await textOf(source.open(undefined))).toBe('abcd')
  })

  test('looked at to its end gives everything again', async () => {
    const source = streamSource('stdin:1', letters())
    expect(await textOf(source.peek())).toBe('abcd')
    expect(await textOf(source.open(undefined))).toBe('abcd')
  })
})
