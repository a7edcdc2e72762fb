// The bundle carries other people's code, whose licences ask that their notices come along:
// dist/THIRD-PARTY-LICENSES.txt, from the list of what was really bundled.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const metafiles = ['esm', 'page'].map((name) => join(root, 'dist', `metafile-${name}.json`))
const inputs = metafiles.flatMap((path) =>
  Object.keys(JSON.parse(readFileSync(path, 'utf8')).inputs),
)
for (const path of metafiles) rmSync(path)

const folders = new Set(inputs.flatMap((path) => packageFolder(path) ?? []))
const notices = [...folders].toSorted().map(notice)
writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), notices.join('\n'))
console.log(`THIRD-PARTY-LICENSES.txt ${notices.length} packages`)

/** `node_modules/@a/b` of `node_modules/@a/b/lib/c.js`, also when it is nested. */
function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

function notice(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  )
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim()
  if (license === undefined && text === '') throw new Error(`${name} says nothing of its licence`)
  const shown = text !== '' ? text : `Licensed under ${license}.`
  // What a package holds of others and does not say itself.
  const holds = join(root, 'scripts', 'notices', `${name}.txt`)
  const more = existsSync(holds) ? `\n${readFileSync(holds, 'utf8')}` : ''
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n${shown}\n${more}`
}
