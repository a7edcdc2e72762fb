import { UnpackError } from './zlib-members.ts'

/** UTF-16 as UTF-8, without its byte order mark. Throws `UnpackError` for what is none: a character cut in
 *  half may be the end of a file that is still written. */
export async function* utf16ToUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let position = 0
  const decoded = (chunk: Uint8Array | undefined): Uint8Array => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }))
    } catch {
      throw new UnpackError('damaged', position, 'half a character')
    }
  }
  for await (const chunk of chunks) {
    yield decoded(chunk)
    position += chunk.length
  }
  const rest = decoded(undefined)
  if (rest.length > 0) yield rest
}
