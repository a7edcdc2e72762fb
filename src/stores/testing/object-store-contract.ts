import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storedAs, type ObjectStore, type PutCondition } from '../../engine/ports.ts'
import {
  allBytes,
  append,
  bytesOf,
  keysOf,
  listed,
  put,
  textAt,
  winnersOf,
} from './object-texts.ts'

interface OpenedStore {
  readonly store: ObjectStore
  readonly close: () => Promise<void>
}

const ALWAYS: PutCondition = { kind: 'always' }
const IF_ABSENT: PutCondition = { kind: 'ifAbsent' }

/** What the ObjectStore port promises, for any adapter or wrapper. `open` gives an empty store. */
export function objectStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps the object store's contract`, () => {
    let store: ObjectStore
    let close: () => Promise<void>
    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      close = opened.close
    })
    afterEach(() => close())
    const current = (): ObjectStore => store

    describe('bodies', () => bodyContract(current))
    describe('reading', () => readingContract(current))
    describe('reading ranges', () => rangeContract(current))
    describe('replacing and deleting', () => changeContract(current))
    describe('conditional puts', () => conditionContract(current))
    describe('listing', () => listingContract(current))
    describe('keys', () => keyContract(current))
    describe('aborting', () => abortContract(current))
  })
}

function bodyContract(current: () => ObjectStore): void {
  test('an object is read back byte for byte', async () => {
    const body = allBytes()
    await put(current(), 'a/b.bin', body)
    expect((await current().get('a/b.bin'))?.bytes).toEqual(body)
  })

  test('a body may be a view into a larger buffer', async () => {
    await put(current(), 'view', allBytes().subarray(100, 103))
    expect((await current().get('view'))?.bytes).toEqual(Uint8Array.of(100, 101, 102))
  })

  test('changing the body after a put does not change the object', async () => {
    const body = Buffer.from('before')
    await put(current(), 'k', body)
    body.fill('x')
    expect(await textAt(current(), 'k')).toBe('before')
  })

  test('a body in pieces is one object of all of them in their order', async () => {
    const large = new Uint8Array(5_000_000).map((_, i) => (i * 17 + (i >>> 8)) & 0xff)
    const pieces = [large.subarray(0, 1), new Uint8Array(), large.subarray(1, 4_999_000)]
    const info = await put(current(), 'pieces', [...pieces, large.subarray(4_999_000)], IF_ABSENT)
    expect(info.sizeBytes).toBe(large.length)
    const stored = await current().get('pieces')
    expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), large)).toBe(0)
    expect(await put(current(), 'none', [])).toMatchObject({ sizeBytes: 0 })
  })

  test('an empty object has size 0 and no bytes', async () => {
    expect(await put(current(), 'empty', '')).toMatchObject({ key: 'empty', sizeBytes: 0 })
    expect((await current().get('empty'))?.bytes).toEqual(new Uint8Array())
    expect(await current().read('empty', { start: 0, end: 0 })).toEqual(new Uint8Array())
  })

  test('an object of 5 MB survives whole and in ranges', async () => {
    const body = new Uint8Array(5_000_000).map((_, i) => (i * 31 + (i >>> 8)) & 0xff)
    await put(current(), 'large', body)
    const stored = await current().get('large')
    expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), body)).toBe(0)
    const range = { start: 2_345_678, end: 4_567_890 }
    const part = await current().read('large', range)
    expect(Buffer.compare(part, body.subarray(range.start, range.end))).toBe(0)
  })
}

function readingContract(current: () => ObjectStore): void {
  test('an absent key is notFound for get, read and head', async () => {
    await put(current(), 'folder/other', 'x')
    for (const key of ['absent', 'folder', 'folder/other2', 'no/such/folder/at/all']) {
      await expect(current().get(key)).rejects.toMatchObject({ kind: 'notFound' })
      await expect(current().get(key, { ifNoneMatch: 'x' })).rejects.toMatchObject({
        kind: 'notFound',
      })
      await expect(current().read(key, { start: 0, end: 1 })).rejects.toMatchObject({
        kind: 'notFound',
      })
      await expect(current().head(key)).rejects.toMatchObject({ kind: 'notFound' })
    }
  })

  test('get with the current ETag gives undefined, with an older one the object', async () => {
    const old = await put(current(), 'k', 'one')
    expect(await current().get('k', { ifNoneMatch: old.etag })).toBeUndefined()
    const fresh = await put(current(), 'k', 'two')
    expect(await current().get('k', { ifNoneMatch: fresh.etag })).toBeUndefined()
    expect(await current().get('k', { ifNoneMatch: old.etag })).toMatchObject({
      bytes: bytesOf('two'),
      etag: fresh.etag,
    })
  })

  test('put, head, get and list agree on size, ETag and time', async () => {
    const info = await put(current(), 'dir/k', 'hello')
    expect(info).toMatchObject({ key: 'dir/k', sizeBytes: 5 })
    const head = await current().head('dir/k')
    expect(head).toMatchObject({ key: 'dir/k', sizeBytes: 5, etag: info.etag })
    expect(head.modifiedMs).toBeGreaterThan(Date.UTC(2020, 0, 1))
    expect((await current().get('dir/k'))?.etag).toBe(info.etag)
    expect(await listed(current(), '')).toEqual([head])
  })
}

function rangeContract(current: () => ObjectStore): void {
  test.each([
    [0, 256],
    [0, 1],
    [255, 256],
    [17, 42],
    [256, 256],
  ])('read gives exactly the bytes of [%i, %i)', async (start, end) => {
    await put(current(), 'k', allBytes())
    expect(await current().read('k', { start, end })).toEqual(allBytes().slice(start, end))
  })

  test.each([
    ['ends one byte past the object', 0, 257],
    ['starts past the object', 300, 301],
    ['runs backwards', 10, 9],
    ['starts before 0', -1, 5],
  ])('a range that %s is invalid', async (_title, start, end) => {
    await put(current(), 'k', allBytes())
    await expect(current().read('k', { start, end })).rejects.toMatchObject({ kind: 'invalid' })
  })
}

function changeContract(current: () => ObjectStore): void {
  test('a reader sees the old or the new object while it is replaced, never a mixture', async () => {
    const bodies = ['a', 'b', 'c', 'd'].map((letter) => bytesOf(letter.repeat(100_000)))
    await put(current(), 'k', bodies[0] ?? '')
    const writer = (async () => {
      for (const body of [...bodies, ...bodies]) await put(current(), 'k', body)
    })()
    for (let i = 0; i < 20; i++) {
      const { bytes } = (await current().get('k')) ?? { bytes: new Uint8Array() }
      expect(bodies.some((body) => Buffer.compare(body, bytes) === 0)).toBe(true)
    }
    await writer
  })

  test('a deleted object is gone, and deleting it again succeeds', async () => {
    await put(current(), 'a/b/c', 'x')
    await put(current(), 'a/b/d', 'y')
    await current().delete('a/b/c')
    await expect(current().head('a/b/c')).rejects.toMatchObject({ kind: 'notFound' })
    await current().delete('a/b/c')
    await current().delete('never/was/there')
    expect(await keysOf(current(), '')).toEqual(['a/b/d'])
  })
}

function conditionContract(current: () => ObjectStore): void {
  test('always replaces what is there', async () => {
    const first = await put(current(), 'k', 'one')
    const second = await put(current(), 'k', 'other')
    expect(second.etag).not.toBe(first.etag)
    expect(await textAt(current(), 'k')).toBe('other')
  })

  test('ifAbsent creates, then conflicts and leaves the object untouched', async () => {
    const info = await put(current(), 'k', 'one', IF_ABSENT)
    await expect(put(current(), 'k', 'two', IF_ABSENT)).rejects.toMatchObject({ kind: 'conflict' })
    expect(await current().get('k')).toMatchObject({ bytes: bytesOf('one'), etag: info.etag })
  })

  test('after a conflict the object itself says whose bytes it holds', async () => {
    const info = await put(current(), 'k', 'ours', IF_ABSENT)
    expect(await storedAs(current(), 'k', bytesOf('ours'))).toMatchObject({ etag: info.etag })
    expect(await storedAs(current(), 'k', ['ou', 'rs'].map(bytesOf))).toBeDefined()
    expect(await storedAs(current(), 'k', ['ou', 'ch'].map(bytesOf))).toBeUndefined()
    expect(await storedAs(current(), 'k', bytesOf('mine'))).toBeUndefined()
    expect(await storedAs(current(), 'k', bytesOf('of another length'))).toBeUndefined()
    expect(await storedAs(current(), 'absent', bytesOf('ours'))).toBeUndefined()
  })

  test('ifAbsent creates again after a delete', async () => {
    await put(current(), 'k', 'one', IF_ABSENT)
    await current().delete('k')
    await put(current(), 'k', 'two', IF_ABSENT)
    expect(await textAt(current(), 'k')).toBe('two')
  })

  test('ifMatch replaces the version it names and conflicts for any older one', async () => {
    const one = await put(current(), 'k', 'one')
    const two = await put(current(), 'k', 'two', { kind: 'ifMatch', etag: one.etag })
    const again = put(current(), 'k', 'three', { kind: 'ifMatch', etag: one.etag })
    await expect(again).rejects.toMatchObject({ kind: 'conflict' })
    expect(await current().get('k')).toMatchObject({ bytes: bytesOf('two'), etag: two.etag })
  })

  test('ifMatch on an absent key conflicts and creates nothing', async () => {
    const { etag } = await put(current(), 'k', 'one')
    await current().delete('k')
    const lost = put(current(), 'k', 'two', { kind: 'ifMatch', etag })
    await expect(lost).rejects.toMatchObject({ kind: 'conflict' })
    expect(await keysOf(current(), '')).toEqual([])
  })

  test('of many racers that create one key exactly one wins, and its bytes stay', async () => {
    const racers = Array.from({ length: 12 }, (_, i) => `racer ${i}`)
    const winners = await winnersOf(racers, (body) => put(current(), 'race', body, IF_ABSENT))
    expect(winners).toHaveLength(1)
    expect(await textAt(current(), 'race')).toBe(winners[0])
  })

  test('of many racers that replace one version exactly one wins, and its bytes stay', async () => {
    const { etag } = await put(current(), 'race', 'start')
    const racers = Array.from({ length: 12 }, (_, i) => `racer ${i}`)
    const winners = await winnersOf(racers, (body) =>
      put(current(), 'race', body, { kind: 'ifMatch', etag }),
    )
    expect(winners).toHaveLength(1)
    expect(await textAt(current(), 'race')).toBe(winners[0])
  })

  test('entries appended by compare-and-swap from many sides are all kept, once each', async () => {
    await put(current(), 'log', '')
    const authors = ['ada', 'bob', 'cyd', 'dan']
    await Promise.all(
      authors.map(async (author) => {
        for (let i = 0; i < 5; i++) await append(current(), 'log', `${author}-${i}`)
      }),
    )
    const entries = (await textAt(current(), 'log')).trim().split('\n')
    expect(entries.toSorted()).toEqual(
      authors.flatMap((a) => [0, 1, 2, 3, 4].map((i) => `${a}-${i}`)),
    )
  })
}

function listingContract(current: () => ObjectStore): void {
  test('an empty store and an unknown prefix list nothing', async () => {
    expect(await keysOf(current(), '')).toEqual([])
    await put(current(), 'a', 'x')
    expect(await keysOf(current(), 'b')).toEqual([])
    expect(await keysOf(current(), 'a/')).toEqual([])
  })

  test('keys come in ascending order of their bytes, folders or not', async () => {
    // "-" and "." sort before "/", "0" after it; U+FF5E before U+1F600 in bytes, not in UTF-16.
    const keys = [
      'a-b',
      'a.b',
      'a/b',
      'a/b-c',
      'a0',
      'B',
      'b/a/z',
      'b/a0',
      'z/é',
      'z/\u{ff5e}',
      'z/\u{1f600}',
    ]
    for (const key of keys) await put(current(), key, key)
    const byBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(await keysOf(current(), '')).toEqual(byBytes)
  })

  test('a prefix is a prefix of the text, wherever the slashes are', async () => {
    for (const key of ['in/a', 'in/ab', 'in/ac/d', 'in/b', 'index', 'other/in/a']) {
      await put(current(), key, 'x')
    }
    expect(await keysOf(current(), 'in')).toEqual(['in/a', 'in/ab', 'in/ac/d', 'in/b', 'index'])
    expect(await keysOf(current(), 'in/')).toEqual(['in/a', 'in/ab', 'in/ac/d', 'in/b'])
    expect(await keysOf(current(), 'in/a')).toEqual(['in/a', 'in/ab', 'in/ac/d'])
    expect(await keysOf(current(), 'in/ac/')).toEqual(['in/ac/d'])
    expect(await keysOf(current(), 'in/ac/d')).toEqual(['in/ac/d'])
  })

  test('objects deleted while listing may be missing, all others are there', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `dir${i % 3}/${String(i).padStart(2, '0')}`)
    for (const key of keys) await put(current(), key, 'x')
    const seen: string[] = []
    for await (const { key } of current().list('')) {
      seen.push(key)
      if (seen.length === 1) await Promise.all(keys.slice(20).map((gone) => current().delete(gone)))
    }
    expect(seen).toEqual(expect.arrayContaining(keys.slice(0, 20)))
    expect(seen).toEqual([...new Set(seen)].toSorted())
  })
}

function keyContract(current: () => ObjectStore): void {
  test.each([
    'blåbær/søk',
    '日本語/ファイル',
    'emoji/\u{1f600}',
    "it's (a) key & more=1+2 %41",
    'a.split',
    '.dot',
  ])('the key %s works in every verb', async (key) => {
    const info = await put(current(), key, 'x')
    expect(info.key).toBe(key)
    expect(await textAt(current(), key)).toBe('x')
    expect((await current().head(key)).key).toBe(key)
    expect(await keysOf(current(), key)).toEqual([key])
    await current().delete(key)
    expect(await keysOf(current(), '')).toEqual([])
  })

  test.each(['', '/leading'])('the key %j is invalid in every verb', async (key) => {
    const invalid = { kind: 'invalid' }
    await expect(current().get(key)).rejects.toMatchObject(invalid)
    await expect(current().read(key, { start: 0, end: 1 })).rejects.toMatchObject(invalid)
    await expect(current().head(key)).rejects.toMatchObject(invalid)
    await expect(put(current(), key, 'x')).rejects.toMatchObject(invalid)
    await expect(current().delete(key)).rejects.toMatchObject(invalid)
  })
}

function abortContract(current: () => ObjectStore): void {
  test('every verb rejects with the reason of a signal that is already aborted', async () => {
    await put(current(), 'k', 'x')
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(current().get('k', { signal })).rejects.toBe(reason)
    await expect(current().read('k', { start: 0, end: 1 }, signal)).rejects.toBe(reason)
    await expect(current().head('k', signal)).rejects.toBe(reason)
    await expect(current().put('k', bytesOf('y'), { condition: ALWAYS, signal })).rejects.toBe(
      reason,
    )
    await expect(current().delete('k', signal)).rejects.toBe(reason)
    await expect(listed(current(), '', signal)).rejects.toBe(reason)
    expect(await textAt(current(), 'k')).toBe('x')
  })

  test('a listing stops with the reason when it is aborted on the way', async () => {
    for (const key of ['a', 'b', 'c']) await put(current(), key, 'x')
    const abort = new AbortController()
    const reason = new Error('enough')
    const listing = (async () => {
      for await (const { key } of current().list('', abort.signal))
        if (key === 'a') abort.abort(reason)
    })()
    await expect(listing).rejects.toBe(reason)
  })

  test('a put aborted on the way leaves the old object or the new one', async () => {
    await put(current(), 'k', 'old')
    const abort = new AbortController()
    const fresh = 'n'.repeat(1_000_000)
    const pending = current().put('k', bytesOf(fresh), { condition: ALWAYS, signal: abort.signal })
    abort.abort(new Error('enough'))
    const outcome = await pending.then(
      () => 'done',
      () => 'aborted',
    )
    const text = await textAt(current(), 'k')
    expect(text === fresh || (text === 'old' && outcome === 'aborted')).toBe(true)
    expect(await keysOf(current(), '')).toEqual(['k'])
  })
}
