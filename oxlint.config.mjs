/**
 * The linter's rules, with the fence between the folders of src as tables. Plain JavaScript, named by
 * `-c` in package.json, because that loads on every supported Node.
 */

/** What each room of src may import of the others. */
const ROOMS = {
  engine: [],
  stores: ['engine/ports.ts', 'engine/errors.ts'],
  aws: ['engine/ports.ts', 'engine/errors.ts', 'deploy'],
  api: ['engine'],
  cost: [],
  deploy: ['engine/schema', 'engine/errors.ts'],
  local: ['functions', 'api', 'engine', 'stores'],
  functions: ['api', 'engine', 'stores', 'aws'],
  cli: ['engine', 'stores', 'aws', 'api', 'cost', 'deploy', 'local', 'functions'],
}

/** What each room of the engine may import of the others. */
const ENGINE = {
  bytes: [],
  dates: ['bytes'],
  text: ['bytes'],
  schema: ['bytes', 'dates', 'text'],
  query: ['bytes', 'dates', 'text', 'schema'],
  sources: ['bytes', 'dates', 'text', 'schema'],
  split: ['bytes', 'dates', 'text', 'schema'],
  metastore: ['bytes', 'dates', 'text', 'schema', 'split'],
  indexing: ['bytes', 'dates', 'text', 'schema', 'split', 'metastore', 'sources'],
  search: ['bytes', 'dates', 'text', 'schema', 'query', 'split', 'metastore'],
}

/** What every verb of the CLI stands on. */
const BELOW_VERBS = ['deployment', 'intake', 'stack', 'command', 'reporters', 'format']
const VERBS = [
  ...['api-key', 'config', 'cost', 'deploy', 'doctor', 'generator', 'indexes', 'ingest', 'init'],
  ...['logs', 'search', 'serve', 'status', 'teardown'],
]

/** What each folder of the CLI may import of the others: no verb imports another verb. */
const CLI = {
  format: [],
  reporters: ['format'],
  command: ['reporters', 'format'],
  stack: ['command', 'reporters', 'format'],
  intake: ['stack', 'command', 'reporters', 'format'],
  deployment: ['stack', 'command', 'reporters', 'format'],
  ...Object.fromEntries(VERBS.map((verb) => [verb, BELOW_VERBS])),
  // These two still end in another verb's command.
  init: [...BELOW_VERBS, 'deploy', 'indexes', 'ingest', 'search', 'status'],
  deploy: [...BELOW_VERBS, 'search'],
  program: [...VERBS, ...BELOW_VERBS],
}

const SDK = {
  group: ['@aws-sdk/*', '@smithy/*', 'aws4fetch'],
  message: 'Only src/aws knows the SDK: declare a port.',
}
const TESTING = {
  group: ['**/testing/**'],
  message: 'Fixtures, contract suites and fakes are for tests alone.',
}
const ENTRY_POINTS = {
  group: ['indexer', 'searcher', 'generator'].map((name) => `**/functions/${name}.ts`),
  message: "Nobody imports the functions' entry points.",
}
const PURE = [
  {
    group: 'fs fs/promises os http https net child_process process timers timers/promises'
      .split(' ')
      .map((name) => `node:${name}`),
    message: 'The engine is pure: bytes and values in, bytes and values out.',
  },
  {
    group: ['hono', 'hono/*', 'chalk', 'commander', 'ora'],
    message: 'The engine knows no host.',
  },
]

const restrictImports = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })

/**
 * What a row of a table forbids, where folders are reached by `up`. An allowed path such as
 * `engine/schema` opens that part alone.
 */
function fence(table, folder, up = '**') {
  const allowed = table[folder]
  const isOpen = (other) => allowed.includes(other) || other === folder
  const closed = Object.keys(table).filter((other) => !isOpen(other))
  const parts = allowed.filter((path) => path.includes('/'))
  return {
    group: [
      ...closed.map((other) => `${up}/${other}/**`),
      ...parts.map((path) => (path.endsWith('.ts') ? `!**/${path}` : `!**/${path}/**`)),
    ],
    message: `${folder} may import ${allowed.join(', ') || 'none of its neighbours'} (docs/ARCHITECTURE.md).`,
  }
}

function roomRules(room) {
  const patterns = [fence(ROOMS, room), TESTING]
  if (room !== 'aws') patterns.push(SDK)
  return { files: [`src/${room}/**`], rules: restrictImports(patterns) }
}

/** A later override replaces the room's rule, so it says all of it again. */
function engineRules(part) {
  const patterns = [fence(ROOMS, 'engine'), fence(ENGINE, part), TESTING, SDK, ...PURE]
  return { files: [`src/engine/${part}/**`], rules: restrictImports(patterns) }
}

/** Rooms and verbs share names (`cost`, `deploy`): a neighbour is what one step up reaches. */
function cliRules(folder) {
  const patterns = [fence(ROOMS, 'cli'), fence(CLI, folder, '..'), TESTING, SDK, ENTRY_POINTS]
  return { files: [`src/cli/${folder}/**`], rules: restrictImports(patterns) }
}

const clockMessage = 'The engine has no clock: use the Clock port.'
const ENGINE_GLOBALS = {
  files: ['src/engine/**'],
  rules: {
    'no-restricted-globals': [
      'error',
      { name: 'process', message: 'The engine reads no environment: pass a setting in.' },
      { name: 'fetch', message: 'The engine has no network: use the ObjectStore port.' },
      { name: 'setTimeout', message: clockMessage },
      { name: 'performance', message: clockMessage },
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: clockMessage },
      { object: 'Math', property: 'random', message: 'Use the Random port.' },
    ],
  },
}

const ENVIRONMENT = {
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
}

export default {
  plugins: ['typescript', 'import', 'unicorn', 'oxc'],
  categories: { correctness: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
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
    ...Object.keys(ROOMS).map(roomRules),
    ...Object.keys(ENGINE).map(engineRules),
    ...Object.keys(CLI).map(cliRules),
    ENGINE_GLOBALS,
    ENVIRONMENT,
    {
      files: ['src/**/*.test.ts', 'src/**/testing/**'],
      rules: {
        'no-restricted-imports': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
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
