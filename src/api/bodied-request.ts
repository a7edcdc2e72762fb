interface RequestParts {
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A Request that keeps its body whatever its method. HTTP lets a GET have one, and `curl -XGET -d`,
 * elasticdump and the older Elasticsearch clients send their searches so; the constructor of Request
 * refuses it. Every host makes its requests here, so that none loses what was asked.
 */
export function bodiedRequest(url: string, parts: RequestParts): Request {
  const { headers, body, signal } = parts
  // The router looks methods up in plain objects, where `constructor` is a key.
  const method = parts.method.toUpperCase()
  const request = requestWith(url, { method, headers, body })
  // A signal that the constructor is given is tied to one of the request's own, by finalisers that keep
  // thousands of answered requests in the memory of a busy server.
  if (signal !== undefined) Object.defineProperty(request, 'signal', { value: signal })
  return request
}

function requestWith(url: string, { method, headers, body }: RequestParts): Request {
  if (body === undefined) return new Request(url, { headers, method })
  if (method !== 'GET' && method !== 'HEAD') {
    return new Request(url, { headers, method, body, duplex: 'half' })
  }
  const request = new Request(url, { headers, method: 'POST', body, duplex: 'half' })
  Object.defineProperty(request, 'method', { value: method })
  return request
}
