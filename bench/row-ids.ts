/*
 * What rows are called, so that those of this program and of others say which is the same measure. Bounds
 * and the shortest names are for two million documents.
 */

export const BOUNDED_DOCS = 2_000_000

/** `hdfs-logs-2m`. */
export function datasetName(indexId: string, docs: number): string {
  return `${indexId}-${docs / 1e6}m`
}

export function indexingRowId(indexId: string, docs: number, what: string): string {
  return `index-${datasetName(indexId, docs)}-${what}`
}

export function searchRowId(questionId: string, docs: number): string {
  return docs === BOUNDED_DOCS ? questionId : `${questionId}-${docs / 1e6}m`
}
