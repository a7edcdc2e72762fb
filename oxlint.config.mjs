// The lint rules, and the fence between the rooms of docs/ARCHITECTURE.md: which folder may import
// which. One table for each level; a folder that a table does not name to another is closed to it.
// That `aws-*.ts` of the command line are loaded by import() alone is held by test/tidy.test.ts: the
// rule used here cannot tell the two ways of importing apart.

const ROOMS = [
  'engine',
  'stores',
  'aws',
  'api',
  'cost',
  'deploy',
  'threads',
  'local',
  'functions',
  'cli',
  'page',
]
const ENTRY_POINTS = ['indexer', 'searcher', 'generator'].map((name) => `**/functions/${name}.ts`)

/** Rooms of src and the rooms that each may import. `*` after a name: some of it, told below. */
const ROOM_ARROWS = {
  engine: [],
  stores: ['engine*'],
  aws: ['engine*', 'deploy'],
  api: ['engine'],
  cost: ['engine*'],
  deploy: ['engine*'],
  threads: ['engine'],
  local: ['functions', 'api', 'engine', 'stores', 'threads'],
  functions: ['engine', 'stores', 'aws', 'api', 'threads'],
}

/** What rooms that see some of the engine see of it. */
const ENGINE_PARTS = {
  stores: ['ports.ts', 'errors.ts'],
  aws: ['ports.ts', 'errors.ts'],
  cost: ['dates/**'],
  deploy: ['schema/**', 'dates/**', 'errors.ts'],
}

/** Inside the engine, from the bottom up. */
const ENGINE_ARROWS = {
  bytes: [],
  dates: ['bytes'],
  text: ['bytes'],
  schema: ['bytes', 'dates', 'text'],
  query: ['bytes', 'dates', 'text', 'schema'],
  sources: ['bytes', 'dates', 'text', 'schema'],
  split: ['bytes', 'dates', 'text', 'schema'],
  metastore: ['bytes', 'dates', 'text', 'schema', 'split'],
  indexing: ['bytes', 'dates', 'text', 'schema', 'sources', 'split', 'metastore'],
  search: ['bytes', 'dates', 'text', 'schema', 'query', 'split', 'metastore'],
  export: ['bytes', 'dates', 'text', 'schema', 'query', 'split', 'metastore', 'search'],
}

/** Inside the command line, from the bottom up; every other folder there is a verb family. */
const CLI_ARROWS = {
  format: [],
  reporters: ['format'],
  command: ['format', 'reporters'],
  stack: ['format', 'reporters', 'command'],
  intake: ['format', 'reporters', 'command', 'stack'],
  deployment: ['format', 'reporters', 'command', 'stack'],
}
const CLI_VERBS = [
  'init',
  'ingest',
  'search',
  'indexes',
  'serve',
  'status',
  'cost',
  'deploy',
  'teardown',
  'doctor',
  'logs',
  'generator',
  'api-key',
  'config',
  'mcp',
  'grafana',
]
const BELOW_VERBS = Object.keys(CLI_ARROWS)
const CLI_FOLDERS = [...BELOW_VERBS, ...CLI_VERBS, 'program']

const NO_SDK = {
  group: ['@aws-sdk/*', '@smithy/*', 'aws4fetch'],
  message: 'Only src/aws knows the SDK: declare a port.',
}
const NO_ENTRY_POINT = {
  group: ENTRY_POINTS,
  message: "Nobody imports the functions' entry points.",
}
const NO_PAGE = {
  group: ['**/page/**'],
  message: 'The page is served as files: nothing imports it.',
}
const NO_TESTING = {
  group: ['**/testing/**'],
  message: 'Fixtures, contract suites and fakes are for tests alone.',
}
const NO_HOST = [
  {
    group: [
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:http',
      'node:https',
      'node:net',
      'node:child_process',
      'node:process',
      'node:timers',
      'node:timers/promises',
    ],
    message: 'The engine is pure: bytes and values in, bytes and values out.',
  },
  {
    group: ['hono', 'hono/*', 'chalk', 'commander', 'ora'],
    message: 'The engine knows no host.',
  },
]

function closed(files, patterns) {
  const imports = ['error', { patterns: patterns.filter(({ group }) => group.length > 0) }]
  return { files, rules: { 'no-restricted-imports': imports } }
}

function roomFence(room, arrows) {
  const seen = arrows.map((name) => name.replace('*', ''))
  const message = `src/${room} imports ${arrows.length === 0 ? 'no other room' : seen.join(', ')} (docs/ARCHITECTURE.md).`
  const hidden = ROOMS.filter((name) => name !== room && !seen.includes(name))
  const part = ENGINE_PARTS[room]
  const engine =
    part === undefined ? [] : ['**/engine/**', ...part.map((path) => `!**/engine/${path}`)]
  return closed(
    [`src/${room}/**`],
    [
      { group: hidden.map((name) => `**/${name}/**`), message },
      { group: engine, message: `src/${room} sees ${part?.join(', ')} of the engine.` },
      ...(room === 'aws' ? [] : [NO_SDK]),
      NO_TESTING,
    ],
  )
}

function engineFence(room, arrows) {
  const hidden = Object.keys(ENGINE_ARROWS).filter(
    (name) => name !== room && !arrows.includes(name),
  )
  return closed(
    [`src/engine/${room}/**`],
    [
      {
        group: ROOMS.filter((name) => name !== 'engine').map((name) => `**/${name}/**`),
        message: 'The engine imports no other room: declare a port in engine/ports.ts.',
      },
      {
        group: hidden.map((name) => `**/${name}/**`),
        message: `engine/${room} may import ${arrows.join(', ') || 'nothing'} of the engine.`,
      },
      ...NO_HOST,
      NO_SDK,
      NO_TESTING,
    ],
  )
}

/** The page has folders named as rooms are, so that what leads out of it is told by its dots. */
function pageFence(files, out) {
  const message = 'src/page talks to the HTTP API alone (docs/ARCHITECTURE.md).'
  return closed(files, [{ group: [out, 'node:*'], message }, NO_TESTING])
}

function cliFence(folder, arrows) {
  const hidden = CLI_FOLDERS.filter((name) => name !== folder && !arrows.includes(name))
  const patterns = [
    {
      group: hidden.map((name) => `../${name}/**`),
      message: `cli/${folder} may import ${arrows.join(', ') || 'nothing'} of the command line; another command is run by context.runCommand.`,
    },
    NO_SDK,
    NO_ENTRY_POINT,
    NO_PAGE,
    NO_TESTING,
  ]
  return closed([`src/cli/${folder}/**`], patterns)
}

const cliArrows = {
  ...CLI_ARROWS,
  ...Object.fromEntries(CLI_VERBS.map((verb) => [verb, BELOW_VERBS])),
  program: CLI_FOLDERS,
}

export default {
  plugins: ['typescript', 'import', 'unicorn', 'oxc'],
  categories: { correctness: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'no-duplicate-imports': 'error',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-extraneous-class': 'error',
    'typescript/ban-ts-comment': 'error',
    'no-console': 'error',
    'max-params': ['error', { max: 4 }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    {
      files: ['src/engine/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          {
            name: 'process',
            message: 'The engine reads no environment: pass a setting in.',
          },
          { name: 'fetch', message: 'The engine has no network: use the ObjectStore port.' },
          { name: 'setTimeout', message: 'The engine has no clock: use the Clock port.' },
          { name: 'performance', message: 'The engine has no clock: use the Clock port.' },
        ],
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: 'Use the Clock port.' },
          { object: 'Math', property: 'random', message: 'Use the Random port.' },
        ],
      },
    },
    ...Object.entries(ROOM_ARROWS).map(([room, arrows]) => roomFence(room, arrows)),
    ...Object.entries(ENGINE_ARROWS).map(([room, arrows]) => engineFence(room, arrows)),
    ...Object.entries(cliArrows).map(([folder, arrows]) => cliFence(folder, arrows)),
    pageFence(['src/page/*'], '../**'),
    pageFence(['src/page/*/**'], '../../**'),
    {
      files: ['src/**/*.test.{ts,tsx}', 'src/**/testing/**'],
      rules: {
        'no-restricted-imports': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
      },
    },
    {
      files: ['api', 'stores', 'aws', 'deploy', 'cost', 'local'].map((room) => `src/${room}/**`),
      rules: {
        'no-restricted-properties': [
          'error',
          {
            object: 'process',
            property: 'env',
            message: 'The environment is read in functions/ and cli/ alone.',
          },
        ],
      },
    },
    {
      files: ['src/cli/reporters/**', 'bench/**', 'scripts/**', '*.ts', 'test/**'],
      rules: { 'no-console': 'off' },
    },
    {
      files: ['**/*.test.ts', 'test/**', 'bench/**'],
      rules: {
        'max-lines-per-function': 'off',
        'typescript/no-non-null-assertion': 'off',
        'max-params': 'off',
      },
    },
    { files: ['*.config.ts', '*.config.mjs'], rules: { 'import/no-default-export': 'off' } },
  ],
}
