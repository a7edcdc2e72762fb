import type { IndexConfig } from '../schema/index-config.ts'
import { CsvWriter } from './csv-writer.ts'
import type { DocWriter } from './doc-writer.ts'
import { exportColumns } from './export-columns.ts'
import { NdjsonWriter } from './ndjson-writer.ts'
import { ParquetDocWriter } from './parquet-doc-writer.ts'

export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

interface WrittenDocs {
  readonly format: ExportFormat
  readonly config: IndexConfig
  /** Dotted paths; none: everything. */
  readonly fields: readonly string[]
}

/** A writer for each file. Throws `invalid` for a field that no document can have. */
export function docWriters({ format, config, fields }: WrittenDocs): () => DocWriter {
  if (format === 'ndjson' && fields.length === 0) return () => new NdjsonWriter(undefined)
  const columns = exportColumns(config, fields)
  const names = columns.map(({ name }) => name)
  switch (format) {
    case 'ndjson':
      return () => new NdjsonWriter(names)
    case 'csv':
      return () => new CsvWriter(columns)
    case 'parquet':
      return () => new ParquetDocWriter(columns)
  }
}

/** What a table of these documents would look like: a change of it between two runs shows. */
export function tableShape({ format, config, fields }: WrittenDocs): readonly string[] {
  if (format === 'ndjson') return []
  return exportColumns(config, fields).map(
    ({ name, declared }) => `${name}:${declared?.field.type ?? 'json'}`,
  )
}
