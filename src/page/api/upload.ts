import { ApiError, apiAddress, ask, errorOf } from './client.ts'
import { currentKey } from './key.ts'
import { at, listOf, numberOf, parseExact, plainText, type Json } from './exact-json.ts'
import { mappedFields, type MappedField } from './index-admin.ts'
import { reasonOf, type RejectReason } from './runs.ts'

/** What an inference reads of a file. */
const BEGINNING_BYTES = 1 << 20

/** What the beginning of a file says of its format and its fields. */
export interface Proposal {
  readonly format: string
  /** An index config, to be changed before it is used. */
  readonly yaml: string
  readonly fields: readonly MappedField[]
  readonly timestampField: string | undefined
  readonly timestampCandidates: readonly string[]
  readonly sample: readonly Json[]
  readonly warnings: readonly string[]
}

interface ProposalWish {
  readonly indexId: string
  /** Undefined: the one that fits best. */
  readonly timestampField: string | undefined
}

export async function proposeMapping(
  file: File,
  { indexId, timestampField }: ProposalWish,
  signal: AbortSignal,
): Promise<Proposal> {
  const params = new URLSearchParams({ name: file.name, index_id: indexId })
  if (timestampField !== undefined) params.set('timestamp_field', timestampField)
  const body = file.slice(0, BEGINNING_BYTES)
  const answer = parseExact(
    await ask({ method: 'POST', path: `infer?${params.toString()}`, body }, signal),
  )
  const mapping = at(answer, 'config', 'doc_mapping')
  return {
    format: plainText(at(answer, 'format')),
    yaml: plainText(at(answer, 'yaml')),
    fields: mappedFields(listOf(at(mapping, 'field_mappings'))),
    timestampField: plainText(at(mapping, 'timestamp_field')) || undefined,
    timestampCandidates: listOf(at(answer, 'timestamp_candidates')).map(plainText),
    sample: listOf(at(answer, 'sample')),
    warnings: listOf(at(answer, 'warnings')).map(plainText),
  }
}

/** Creates an index of a config as YAML. */
export async function createIndex(yaml: string, signal: AbortSignal): Promise<void> {
  const body = new Blob([yaml], { type: 'application/yaml' })
  await ask({ method: 'POST', path: 'indexes', body }, signal)
}

interface UploadResult {
  readonly docs: number
  readonly rejected: number
  readonly reasons: readonly RejectReason[]
}

interface Upload {
  readonly index: string
  readonly file: File
  readonly format: string
  readonly onProgress: (sentBytes: number) => void
}

/** Indexes a file; its documents are searchable when this returns. */
export async function uploadFile(upload: Upload, signal: AbortSignal): Promise<UploadResult> {
  const { index, file, format } = upload
  const params = new URLSearchParams({ input_format: format, name: file.name })
  const path = `${encodeURIComponent(index)}/ingest?${params.toString()}`
  const answer = parseExact(await send(path, upload, signal))
  return {
    docs: numberOf(at(answer, 'num_ingested_docs')),
    rejected: numberOf(at(answer, 'num_rejected_docs')),
    reasons: listOf(at(answer, 'reasons')).map(reasonOf),
  }
}

/** By XMLHttpRequest, which alone tells how much of a body has been sent. */
function send(path: string, { file, onProgress }: Upload, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', apiAddress(path))
    if (currentKey() !== '') request.setRequestHeader('x-api-key', currentKey())
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded))
    request.addEventListener('load', () => {
      const { status, responseText } = request
      if (status >= 200 && status < 300) resolve(responseText)
      else reject(errorOf(status, responseText))
    })
    request.addEventListener('error', () => reject(new ApiError(0, `${file.name} was not sent`)))
    request.addEventListener('abort', () => reject(new ApiError(0, `${file.name} was given up`)))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
