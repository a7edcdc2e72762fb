// The page for `qw-lambda serve` and the searcher function: dist/page.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundlePage } from './page-bundle.mjs'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const { files, metafile } = await bundlePage()
rmSync(`${dist}page`, { recursive: true, force: true })
mkdirSync(`${dist}page`, { recursive: true })
for (const { name, bytes } of files) writeFileSync(`${dist}page/${name}`, bytes)
// Read and removed by scripts/write-licenses.mjs.
writeFileSync(`${dist}metafile-page.json`, JSON.stringify(metafile))
console.log(`page ${files.map(({ name }) => name).join(', ')}`)
