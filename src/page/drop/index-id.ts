/** A file's name as an index id: `logs/App Events-2026.ndjson.gz` is `app-events-2026`. */
export function indexIdOf(fileName: string): string {
  const [stem = ''] = fileName.split(/\.(?=[a-z])/i)
  const safe = stem
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|[-_]+$/g, '')
    .slice(0, 60)
  return safe.length >= 3 ? safe : 'documents'
}
