import { expect, test } from 'vitest'
import { bodiedRequest } from './bodied-request.ts'

const headers = new Headers({ 'content-type': 'application/json' })
const body = new TextEncoder().encode('{"size": 0}')

test.each(['GET', 'HEAD', 'POST', 'delete'])(
  'a %s keeps its body and its method',
  async (method) => {
    const request = bodiedRequest('http://host/x?a=1', { method, headers, body })
    expect(request.method).toBe(method.toUpperCase())
    expect(await request.json()).toEqual({ size: 0 })
  },
)

test('what has no body is empty, and what is no address is no request', async () => {
  const request = bodiedRequest('http://host:80/a/../x', {
    method: 'GET',
    headers,
    body: undefined,
  })
  expect(request).toBeInstanceOf(Request)
  expect(request.url).toBe('http://host/x')
  expect([request.body, request.bodyUsed, await request.text()]).toEqual([null, false, ''])
  expect(() => bodiedRequest('http://', { method: 'GET', headers, body })).toThrow(TypeError)
})

test('a body is read once', async () => {
  const request = bodiedRequest('http://host/x', { method: 'GET', headers, body })
  expect(await request.text()).toBe('{"size": 0}')
  expect(request.bodyUsed).toBe(true)
  await expect(request.text()).rejects.toThrow(TypeError)
})

test('the signal of a request is the one of its host, with nothing tied to it', () => {
  const { signal } = new AbortController()
  for (const content of [undefined, body]) {
    const request = bodiedRequest('http://host/', {
      method: 'POST',
      headers,
      body: content,
      signal,
    })
    expect(request.signal).toBe(signal)
  }
  const alone = bodiedRequest('http://host/', { method: 'GET', headers, body: undefined })
  expect(alone.signal.aborted).toBe(false)
})
