/** Why an object of a bucket holds nothing to index. */
export type NoDataReason = 'folder' | 'empty' | 'hidden' | 'unnamed'

/**
 * Undefined for an object that may hold documents. `folder`: what consoles make to show a folder.
 * `hidden`: a name or a folder below the prefix that begins with a dot or an underscore, which is how
 * what writes tables marks its own notes and unfinished files (`_SUCCESS`, `_temporary/`, `.keep`).
 * `unnamed`: a key that begins with a slash, which no object store of ours has a name for.
 */
export function whyNoData(
  object: { readonly key: string; readonly sizeBytes: number | undefined },
  prefix: string,
): NoDataReason | undefined {
  const { key, sizeBytes } = object
  if (key.endsWith('/')) return 'folder'
  if (sizeBytes === 0) return 'empty'
  if (key.startsWith('/')) return 'unnamed'
  // The prefix may end within a name, which then counts whole.
  const below = key.startsWith(prefix) ? key.slice(prefix.lastIndexOf('/') + 1) : key
  const named = below.split('/').slice(prefix === '' || prefix.endsWith('/') ? 0 : 1)
  return named.some((name) => /^[._]/.test(name)) ? 'hidden' : undefined
}
