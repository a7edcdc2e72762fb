import { QwError } from '../engine/errors.ts'
import { bodyBytes, type ObjectBody } from '../engine/ports.ts'
import type { S3Request, S3Response } from './s3-store-http.ts'
import { textIn } from './s3-store-xml.ts'

const PARTS_AT_ONCE = 4

/** Sends one request and throws for every failing status. */
type AskS3 = (request: S3Request) => Promise<S3Response>

interface MultipartPut {
  readonly key: string
  readonly body: ObjectBody
  readonly sizeBytes: number
  readonly partBytes: number
  /** Checked by S3 when the parts are put together. */
  readonly conditionHeaders: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
}

/** A put in parts: costs one request per part and two more. Nothing is visible before the last one;
 *  after a failure the parts are dropped. */
export async function putInParts(ask: AskS3, put: MultipartPut): Promise<S3Response> {
  const { key, sizeBytes, signal } = put
  const started = await ask({ method: 'POST', key, query: { uploads: '' }, signal })
  const uploadId = requiredText(started, 'UploadId')
  try {
    const etags = await sendParts(ask, put, uploadId)
    const completed = await ask({
      method: 'POST',
      key,
      query: { uploadId },
      headers: put.conditionHeaders,
      body: new TextEncoder().encode(partList(etags)),
      signal,
    })
    return {
      ...completed,
      headers: { ...completed.headers, etag: requiredText(completed, 'ETag') },
    }
  } catch (error) {
    // Best effort: the bucket's lifecycle rule drops what stays.
    await ask({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined)
    throw error
  }

  function requiredText(response: S3Response, name: string): string {
    const text = textIn(new TextDecoder().decode(response.body), name)
    if (text === undefined) {
      throw new QwError('internal', `S3's answer to a put of ${sizeBytes} bytes has no ${name}`)
    }
    return text
  }
}

async function sendParts(ask: AskS3, put: MultipartPut, uploadId: string): Promise<string[]> {
  const partCount = Math.ceil(put.sizeBytes / put.partBytes)
  const etags: string[] = []
  const failed = new AbortController()
  const signal =
    put.signal === undefined ? failed.signal : AbortSignal.any([put.signal, failed.signal])
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < partCount) {
      const index = next++
      const start = index * put.partBytes
      const end = Math.min(start + put.partBytes, put.sizeBytes)
      const { headers } = await ask({
        method: 'PUT',
        key: put.key,
        query: { partNumber: String(index + 1), uploadId },
        body: bodyBytes(put.body, { start, end }),
        signal,
      })
      etags[index] = headers.etag ?? ''
    }
  }
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, lane))
  } catch (error) {
    // Parts under way would arrive after the upload was dropped, and stay.
    failed.abort(error)
    throw error
  }
  return etags
}

function partList(etags: readonly string[]): string {
  const parts = etags.map(
    (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
}
