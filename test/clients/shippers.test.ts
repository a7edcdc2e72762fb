import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { debianPackages, hasTool } from './toolchain.ts'

const address = inject('address')
const LINES = 60
/** How long a shipper may take until its documents are counted. */
const PATIENCE_MS = 20_000

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qw-shippers-'))
  const lines = Array.from({ length: LINES }, (_, i) => `line ${i}\n`)
  await writeFile(join(folder, 'in.log'), lines.join(''))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function makeIndex(index: string): Promise<void> {
  const properties = { '@timestamp': { type: 'date' }, message: { type: 'text' } }
  const body = JSON.stringify({ mappings: { properties } })
  await fetch(`${address}/${index}`, { method: 'PUT', body })
}

async function countOf(index: string): Promise<unknown> {
  await fetch(`${address}/${index}/_refresh`)
  const answer = (await (await fetch(`${address}/${index}/_count`)).json()) as { count?: number }
  return answer.count
}

/** Runs the daemon until all lines are there, and a while longer: what is sent twice would show. */
async function ship(command: string, args: readonly string[], index: string): Promise<unknown> {
  const root = join(command, '..', '..', '..')
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/syslog-ng']
  const LD_LIBRARY_PATH = libraries.map((path) => join(root, path)).join(':')
  const daemon = spawn(command, args, { env: { ...process.env, LD_LIBRARY_PATH }, stdio: 'ignore' })
  const ended = new Promise((done) => daemon.once('close', done))
  const until = Date.now() + PATIENCE_MS
  while (Date.now() < until && Number(await countOf(index)) < LINES) await pause(250)
  await pause(2_000)
  daemon.kill('SIGTERM')
  await ended
  return await countOf(index)
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}

describe.skipIf(!(await hasTool('debian')))('from Debian', () => {
  test('rsyslog’s omelasticsearch sends each line once', async () => {
    const packages = ['libestr0', 'libfastjson4', 'liblognorm5', 'rsyslog', 'rsyslog-elasticsearch']
    const root = await debianPackages('rsyslog', packages)
    await makeIndex('rsyslog-lines')
    const config = join(folder, 'rsyslog.conf')
    await writeFile(
      config,
      `global(workDirectory="${folder}")
module(load="imfile")
module(load="omelasticsearch")
template(name="j" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
input(type="imfile" File="${join(folder, 'in.log')}" Tag="t" ruleset="es")
ruleset(name="es") {
  action(type="omelasticsearch" server="${address}" searchIndex="rsyslog-lines" searchType=""
    bulkmode="on" template="j" errorFile="${join(folder, 'rsyslog.err')}")
}
`,
    )
    const modules = join(root, 'usr/lib/x86_64-linux-gnu/rsyslog')
    const args = ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid'), '-M', modules]
    expect(await ship(join(root, 'usr/sbin/rsyslogd'), args, 'rsyslog-lines')).toBe(LINES)
  })

  test('syslog-ng sends each line once', async () => {
    const libraries = ['libivykis0', 'libnet1', 'libpcre3', 'libwrap0']
    const packages = [...libraries, 'syslog-ng-core', 'syslog-ng-mod-http']
    const root = await debianPackages('syslog-ng', packages)
    await makeIndex('syslog-ng-lines')
    const config = join(folder, 'syslog-ng.conf')
    await writeFile(
      config,
      `@version: 3.38
@module http
@module json-plugin
@module basicfuncs
source s { file("${join(folder, 'in.log')}" flags(no-parse) read-old-records(yes)); };
destination d {
  http(url("${address}/_bulk") method("POST") headers("Content-Type: application/x-ndjson")
    batch-lines(20) batch-timeout(500) delimiter("\\n") body-suffix("\\n")
    body('$(format-json --scope none index._index=syslog-ng-lines)
$(format-json --scope none @timestamp=$ISODATE message=$MSG)'));
};
log { source(s); destination(d); };
`,
    )
    const files = ['persist-file', 'pidfile', 'control'].map((name) => {
      return `--${name}=${join(folder, `syslog-ng.${name}`)}`
    })
    const modules = `--module-path=${join(root, 'usr/lib/syslog-ng/3.38')}`
    const args = ['-F', '-f', config, ...files, modules, '--no-caps']
    expect(await ship(join(root, 'usr/sbin/syslog-ng'), args, 'syslog-ng-lines')).toBe(LINES)
  })
})
