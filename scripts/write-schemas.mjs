// The JSON Schemas of the files that users write, from the very rules that read them: dist/schemas.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const folder = `${root}dist/schemas/`

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/program/json-schemas.ts'],
  outfile: 'json-schemas.mjs',
  write: false,
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
})
const { JSON_SCHEMAS } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(JSON_SCHEMAS)) {
  writeFileSync(`${folder}${name}`, `${JSON.stringify(schema, null, 2)}\n`)
  console.log(`schemas/${name}`)
}
