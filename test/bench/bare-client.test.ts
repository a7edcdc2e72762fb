import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { BareClient } from '../../bench/bare-client.ts'

let server: Server | undefined
let client: BareClient | undefined

afterEach(() => {
  client?.close()
  server?.close()
})

async function open(answer: (path: string) => { status: number; pieces: readonly string[] }) {
  const started = (server = createServer((incoming, outgoing) => {
    const { status, pieces } = answer(incoming.url ?? '')
    outgoing.writeHead(status, { 'content-length': Buffer.byteLength(pieces.join('')) })
    // Each piece in a packet of its own.
    const write = ([next, ...rest]: readonly string[]): void => {
      if (next === undefined) outgoing.end()
      else outgoing.write(next, () => setTimeout(() => write(rest), 5))
    }
    write(pieces)
  }))
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done))
  const { port } = started.address() as AddressInfo
  return (client = await BareClient.open(`http://127.0.0.1:${port}`))
}

test('answers of one connection are told apart, also those that come in pieces', async () => {
  const opened = await open((path) => ({ status: 200, pieces: ['{"of":', `"${path}"`, '}'] }))
  expect((await opened.get('/a?b=1')).toString()).toBe('{"of":"/a?b=1"}')
  expect((await opened.get('/second')).toString()).toBe('{"of":"/second"}')
})

test('what is no 200 is an error with what the server said', async () => {
  const opened = await open(() => ({ status: 404, pieces: ['no such index'] }))
  await expect(opened.get('/x')).rejects.toThrow('no such index')
})

test('a server that goes away is an error, not a wait', async () => {
  const opened = await open(() => ({ status: 200, pieces: ['never'] }))
  server?.removeAllListeners('request').on('request', ({ socket }) => socket.destroy())
  await expect(opened.get('/x')).rejects.toThrow('the server closed the connection')
})
