// Declarations of `qw-lambda/engine`: dist/types. tsup cannot make them, as TypeScript 7 has no
// JavaScript API; tsc can, one file per source. Those that the entry leads to are kept, and name
// each other by `.js`, which every version of TypeScript follows.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const target = join(root, 'dist', 'types')
const folder = mkdtempSync(join(tmpdir(), 'qwl-types-'))
const RELATIVE_IMPORT = /(from |import\()'(\.[^']+)\.ts'/g

try {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [
    tsc,
    '-p',
    join(root, 'tsconfig.engine.json'),
    '--outDir',
    folder,
  ])
  rmSync(target, { recursive: true, force: true })
  const written = new Set()
  write(join(folder, 'engine-library.d.ts'))
  console.log(`types ${written.size} files`)

  function write(path) {
    if (written.has(path)) return
    written.add(path)
    const text = readFileSync(path, 'utf8')
    const place = join(target, relative(folder, path))
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text.replaceAll(RELATIVE_IMPORT, "$1'$2.js'"))
    for (const [, , name] of text.matchAll(RELATIVE_IMPORT)) {
      write(join(dirname(path), `${name}.d.ts`))
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
