import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Files that git tracks or would track. */
function files(pattern: RegExp): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed.split('\n').filter((path) => pattern.test(path) && existsSync(join(root, path)))
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

test('every relative link in a document leads somewhere', () => {
  const documents = files(/\.md$/)
  expect(documents.length).toBeGreaterThan(4)
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path} -> ${target}`),
  )
  expect(broken).toEqual([])
})

test('every file that a document names in backticks exists', () => {
  const named = files(/\.md$/)
    // A decision tells what was so when it was made; a changelog of what went.
    .filter((path) => !/^docs\/decisions\/|^CHANGELOG/.test(path))
    .flatMap((document) =>
      [
        ...read(document).matchAll(/`((?:src|test|bench|scripts|templates|docs|bin)\/[\w./-]+)`/g),
      ].map((match) => ({ document, path: match[1] ?? '' })),
    )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
})

test('every document that a comment or another document names exists', () => {
  const known = new Set(files(/\.md$/).flatMap((path) => [path, basename(path)]))
  const named = files(/\.(ts|mjs|js|yaml|yml|md)$|^\.ci\/run$/)
    .filter((path) => path !== 'test/tidy.test.ts')
    .flatMap((path) =>
      [...read(path).matchAll(/(?<![\w./*-])[\w./-]*\w\.md\b/g)].map(([name]) => ({ path, name })),
    )
  expect(named.length).toBeGreaterThan(20)
  const isThere = ({ path, name }: { path: string; name: string }) =>
    known.has(name) || existsSync(join(root, dirname(path), name))
  expect(named.filter((each) => !isThere(each))).toEqual([])
})

test('what came from Quickwit is said by name', () => {
  const vague =
    /removed (?:packaging|indexer|lambda\b)|\bthe (?:original|reference) (?:engine|packaging|does|stores|refuses|answers)/i
  const found = files(/^(src|test|scripts|templates|docs)\/.*\.(ts|mjs|yaml|md)$/)
    .filter((path) => path !== 'test/tidy.test.ts')
    .filter((path) =>
      vague.test(read(path).replaceAll(/Quickwit['’]s removed Lambda packaging/g, '')),
    )
  expect(found).toEqual([])
})

test('no marker of unfinished work is left in the sources', () => {
  // In a comment: elsewhere the letters may be a date format's.
  const marker = /(?:\/\/|\*|#).*\b(TODO|FIXME|XXX|HACK)\b/
  const marked = files(/^(src|bin|scripts|templates|bench)\/.*\.(tsx?|js|mjs|yaml)$/).filter(
    (path) => marker.test(read(path)),
  )
  expect(marked).toEqual([])
})

test('no test is skipped, focused or left to be written', () => {
  const idle = /\b(?:it|test|describe)\.(?:skip|only|todo)\b/
  const found = files(/\.test\.ts$/).filter(
    (path) => path !== 'test/tidy.test.ts' && idle.test(read(path)),
  )
  expect(found).toEqual([])
})

test('no file is named for nothing', () => {
  expect(files(/(^|\/)(utils?|helpers?|common|shared|misc|types)\.(tsx?|js)$/)).toEqual([])
})

test('every document has one title', () => {
  const titles = files(/\.md$/).map((path) => ({
    path,
    count: read(path)
      .replaceAll(/```[\s\S]*?```/g, '')
      .split('\n')
      .filter((line) => line.startsWith('# ')).length,
  }))
  expect(titles.filter(({ count }) => count !== 1)).toEqual([])
})

test('nothing large is in git', () => {
  const large = files(/./).filter((path) => readFileSync(join(root, path)).length > 600_000)
  expect(large).toEqual([])
})

test('every npm script that a document or the CI names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const sources = [...files(/\.md$/), '.ci/run'].map(read).join('\n')
  const named = [...sources.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
})

test('every error code is thrown somewhere', () => {
  const list = read('src/engine/errors.ts').match(/KIND_OF_CODE = \{([\s\S]*?)\n\}/)?.[1] ?? ''
  const codes = [...list.matchAll(/^ {2}'?([A-Z][A-Z0-9-]+)'?: '/gm)].map((match) => match[1] ?? '')
  expect(codes.length).toBeGreaterThan(50)
  const tables = /^src\/(engine\/errors|api\/status|cli\/.*exit-codes)\.ts$/
  const sources = files(/^src\/.*(?<!\.test)\.ts$/)
    .filter((path) => !tables.test(path) && !path.includes('/testing/'))
    .map(read)
    .join('\n')
  expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
})

test('in the command line, what is only about AWS is loaded by import() alone', () => {
  const staticImport =
    /(?:^|\n)(?:import|export)\s+(?!type\b)[^;'"]*?from\s+'([^']*\/aws-[\w-]+\.ts)'/g
  const named = files(/^src\/cli\/.*\.ts$/)
  const found = named
    .filter((path) => !/\/aws-[\w-]+\.ts$|\.test\.ts$/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(staticImport)].map((match) => `${path} -> ${match[1]}`),
    )
  expect(named.some((path) => /\/aws-[\w-]+\.ts$/.test(path))).toBe(true)
  expect(found).toEqual([])
})

test('every file of the command line but main.ts stands in the folder of its topic', () => {
  expect(files(/^src\/cli\/[^/]+$/)).toEqual(['src/cli/main.ts'])
})

test('an export is imported by somebody', () => {
  const sources = files(/^(src|test|bench)\/.*\.tsx?$/)
  const imported = new Set(
    sources.flatMap((path) =>
      [...read(path).matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(\.[^']+)'/g)]
        .map(([, names = '', target = '']) => ({ names, file: join(dirname(path), target) }))
        .flatMap(({ names, file }) =>
          names.split(',').map((name) => `${file} ${/^\s*(?:type\s+)?(\w*)/.exec(name)?.[1]}`),
        ),
    ),
  )
  // What is loaded by import() hands over all it has, and entry points and the library are called from outside.
  const whole = new Set([
    ...sources.flatMap((path) =>
      [...read(path).matchAll(/import\('(\.[^']+)'\)/g)].map(([, target = '']) =>
        join(dirname(path), target),
      ),
    ),
    'src/cli/main.ts',
    'src/engine-library.ts',
    ...['indexer', 'searcher', 'generator'].map((name) => `src/functions/${name}.ts`),
  ])
  const exported = sources
    .filter((path) => path.startsWith('src/') && !whole.has(path))
    .flatMap((path) =>
      [
        ...read(path).matchAll(
          /^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/gm,
        ),
      ].map(([, name]) => `${path} ${name}`),
    )
  expect(exported.length).toBeGreaterThan(1_000)
  expect(exported.filter((name) => !imported.has(name))).toEqual([])
})

test('no read of a list in the engine falls back on a number, which would hide a wrong index', () => {
  const found = files(/^src\/engine\/.*(?<!\.test)\.ts$/).filter((path) =>
    /\] \?\? -?\d/.test(read(path)),
  )
  expect(found).toEqual([])
})

test('a fix is a clause that follows the message: it starts small and has no full stop', () => {
  const opening = /\bfix:\s*(?:[^'"`,{}\n]*\?\s*)?(['"`])[A-Z]/
  const ending = /\bfix:\s*(['"`])(?:(?!\1)[^\\\n]|\\.)*[^.…]\.\1/
  const sources = files(/^src\/.*(?<!\.test)\.ts$/).map((path) => ({ path, text: read(path) }))
  expect(sources.filter(({ text }) => /\bfix:\s*['"`][a-z]/.test(text)).length).toBeGreaterThan(50)
  const found = sources.filter(({ text }) => opening.test(text) || ending.test(text))
  expect(found.map(({ path }) => path)).toEqual([])
})

test('a step of one is written ++ or --', () => {
  const long = files(/^(src|test|bench|scripts)\/.*\.(tsx?|mjs)$/).flatMap((path) =>
    [...read(path).matchAll(/^.*[\w\])] [+-]= 1(?=[;,)\s]).*$/gm)].map(
      (match) => `${path}: ${match[0].trim()}`,
    ),
  )
  expect(long).toEqual([])
})

test('no file of the product is longer than a reader takes in, nor a crumb of its only importer', () => {
  const product = files(/^src\/.*(?<!\.test)\.tsx?$/).filter((path) => !path.includes('/testing/'))
  const lineCount = (path: string): number => read(path).split('\n').length - 1
  expect(product.filter((path) => lineCount(path) > 400)).toEqual([])
  const importers = new Map<string, string[]>()
  for (const path of files(/\.(tsx?|mjs)$/)) {
    for (const [, target = ''] of read(path).matchAll(/(?:from |import\()'(\.[^']+)'/g)) {
      const file = join(dirname(path), target)
      importers.set(file, [...(importers.get(file) ?? []), path])
    }
  }
  const crumbs = product.filter((path) => {
    const [only = '', second] = importers.get(path) ?? []
    return lineCount(path) < 15 && second === undefined && product.includes(only)
  })
  expect(crumbs).toEqual([])
})

/** Where the names of AWS's first partition may stand as they are, and why. */
const OF_ONE_PARTITION: readonly { path: string; line: RegExp; why: string }[] = [
  { path: 'src/aws/partition.ts', line: /domain|console/, why: 'the table of all partitions' },
  {
    path: 'src/deploy/policy.ts',
    line: /const services = /,
    why: 'a service as a principal is called the same in every partition',
  },
  {
    path: 'templates/qw-lambda.yaml',
    line: /Principal: (\{Service: )?\w+\.amazonaws\.com\}?$/,
    why: 'a service as a principal is called the same in every partition',
  },
  {
    path: 'templates/qw-lambda.yaml',
    line: /AllowedPattern: '\|arn:aws\[a-z-\]\*:/,
    why: 'takes the ARNs of every partition',
  },
  { path: 'src/cli/stack/http-client.ts', line: /such as https:/, why: 'an example to read' },
]

test('ARNs and hosts of AWS are put together from the partition of the Region', () => {
  const literal = /arn:aws\b|amazonaws|aws\.amazon\.com/
  const lines = files(/^(src|templates)\/.*(?<!\.test)\.(ts|yaml)$/)
    .filter((path) => !path.includes('/testing/'))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .map((line) => ({ path, line })),
    )
    .filter(({ line }) => literal.test(line))
  const isExcused = (each: (typeof lines)[number], rule: (typeof OF_ONE_PARTITION)[number]) =>
    each.path === rule.path && rule.line.test(each.line)
  expect(lines.filter((each) => !OF_ONE_PARTITION.some((rule) => isExcused(each, rule)))).toEqual(
    [],
  )
  const idle = OF_ONE_PARTITION.filter((rule) => !lines.some((each) => isExcused(each, rule)))
  expect(idle).toEqual([])
})
