import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchCli } from './cli.ts'
import { benchErase } from './erase.ts'
import { benchFanOut } from './fan-out.ts'
import { benchIndexing } from './indexing.ts'
import { benchLargeLogs } from './large-logs.ts'
import { benchLoad } from './load.ts'
import { benchMerging } from './merging.ts'
import { benchPage } from './page.ts'
import { printMachine } from './measure.ts'
import { benchSearching } from './searching.ts'
import { benchYear } from './year.ts'

const [, , root = '.', ...parts] = process.argv
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
}
const wants = (part: string): boolean => parts.length === 0 || parts.includes(part)

printMachine(version)
// Processes are started before two million documents are held here: a large parent starts them slowly.
if (wants('cli')) await benchCli(root)
if (wants('indexing')) benchIndexing()
if (wants('merging')) benchMerging()
if (wants('searching')) await benchSearching()
if (wants('fan-out')) benchFanOut()
if (parts.includes('page')) await benchPage(root)
// Minutes, and a gigabyte of disk: only when asked for.
if (parts.includes('load')) await benchLoad(root, parts)
if (parts.includes('large-logs')) await benchLargeLogs(root)
if (parts.includes('year')) await benchYear(root, parts)
if (parts.includes('erase')) await benchErase(parts)
