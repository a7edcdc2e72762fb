import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { messageOf, QwError } from '../../engine/errors.ts'
import { object, optional, text, type Shape } from '../../engine/schema/shape.ts'
import type { RawOptions } from './command.ts'
import { PROJECT_FILE, SAVED_QUERIES } from './project-shape.ts'

type Origin = 'flag' | 'environment' | 'project file' | 'user file' | 'default'

/** One setting with where its value came from; `undefined` is unset, to be discovered or asked. */
interface Setting {
  readonly value: string | undefined
  readonly origin: Origin
  /** The variable or file that gave it. */
  readonly source?: string
}

export const SETTING_NAMES = [
  'stack',
  'target',
  'region',
  'profile',
  'dataDir',
  'index',
  'format',
  'tz',
  'color',
  'progress',
  'timeout',
] as const

export type SettingName = (typeof SETTING_NAMES)[number]

export interface Settings {
  get(name: SettingName): string | undefined
  readonly all: Readonly<Record<SettingName, Setting>>
  /** Where local stacks live. */
  readonly dataDir: string
  readonly project: ProjectFile | undefined
  /** The user's own settings file. */
  readonly user: ProjectFile | undefined
  /** Where a project file is or would be written. */
  readonly projectPath: string
  readonly userPath: string
  /** Files that could not be read; empty unless the command tolerates them. */
  readonly problems: readonly QwError[]
}

/** `qw-lambda.json`, or the user's own file, as it was written, checked. */
interface ProjectFile {
  readonly path: string
  readonly document: Readonly<Record<string, unknown>>
}

/** Variables that give a setting, the first that is set. */
export const ENVIRONMENT: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  stack: ['QWL_STACK'],
  region: ['QWL_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
  profile: ['QWL_PROFILE', 'AWS_PROFILE'],
  dataDir: ['QWL_DATA_DIR'],
  index: ['QWL_INDEX'],
  format: ['QWL_FORMAT'],
  tz: ['QWL_TZ'],
  progress: ['QWL_PROGRESS'],
  timeout: ['QWL_TIMEOUT'],
}

/** Project files call the stack by `name`, as users do. */
export const PROJECT_KEYS: Readonly<Partial<Record<SettingName, string>>> = {
  stack: 'name',
  target: 'target',
  region: 'region',
  profile: 'profile',
  dataDir: 'dataDir',
  index: 'index',
}

const USER_FILE = object({
  ...Object.fromEntries(SETTING_NAMES.map((name) => [name, optional(name, text())])),
  queries: optional('Searches with a name.', SAVED_QUERIES),
})

type Environment = Readonly<Record<string, string | undefined>>

interface SettingsInput {
  readonly flags: RawOptions
  readonly env: Environment
  readonly cwd: string
  /** `here`: one further up is not looked for. */
  readonly projectFile?: 'here' | undefined
  /** Of whom a file further up has to be; undefined where files have no such owner. */
  readonly userId: number | undefined
}

/** Flag, environment, project file, user file, default: the first that has a value. */
export function resolveSettings(
  input: SettingsInput,
  brokenFiles: 'throw' | 'collect' = 'throw',
): Settings {
  const { flags, env, cwd } = input
  const userPath = join(configHome(env), 'qw-lambda', 'config.json')
  const projectPath = findProjectPath(input)
  const problems: QwError[] = []
  const read = (path: string, shape: Shape<unknown>) => {
    try {
      return readJsonObject(path, shape)
    } catch (error) {
      if (brokenFiles === 'throw' || !(error instanceof QwError)) throw error
      problems.push(error)
      return undefined
    }
  }
  const project = read(projectPath, PROJECT_FILE)
  const user = read(userPath, USER_FILE)
  const all: Partial<Record<SettingName, Setting>> = {}
  for (const name of SETTING_NAMES) {
    all[name] = fromFlags(name, flags) ??
      fromEnvironment(name, env) ??
      fromFile(PROJECT_KEYS[name], project, projectPath, 'project file') ??
      fromFile(name, user, userPath, 'user file') ?? { value: undefined, origin: 'default' }
  }
  // Every name of SETTING_NAMES was assigned in the loop.
  const complete = all as Record<SettingName, Setting>
  const base = complete.dataDir.origin === 'project file' ? dirname(projectPath) : cwd
  return {
    get: (name) => complete[name].value,
    all: complete,
    dataDir: resolve(base, complete.dataDir.value ?? join(dataHome(env), 'qw-lambda')),
    project: project === undefined ? undefined : { path: projectPath, document: project },
    user: user === undefined ? undefined : { path: userPath, document: user },
    projectPath,
    userPath,
    problems,
  }
}

function fromFlags(name: SettingName, flags: RawOptions): Setting | undefined {
  if (name === 'format' && flags['json'] === true) {
    return { value: 'json', origin: 'flag', source: '--json' }
  }
  if (name === 'target' && flags['local'] === true) {
    return { value: 'local', origin: 'flag', source: '--local' }
  }
  if (name === 'color' && flags['color'] === false) {
    return { value: 'never', origin: 'flag', source: '--no-color' }
  }
  const value = flags[name]
  const source = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return typeof value === 'string' ? { value, origin: 'flag', source } : undefined
}

function fromEnvironment(name: SettingName, env: Environment): Setting | undefined {
  if (name === 'target' && env['QWL_LOCAL'] === '1') {
    return { value: 'local', origin: 'environment', source: 'QWL_LOCAL' }
  }
  for (const variable of ENVIRONMENT[name] ?? []) {
    const value = env[variable]
    if (value !== undefined && value !== '')
      return { value, origin: 'environment', source: variable }
  }
  return undefined
}

function fromFile(
  key: string | undefined,
  document: Readonly<Record<string, unknown>> | undefined,
  path: string,
  origin: Origin,
): Setting | undefined {
  const value = key === undefined ? undefined : document?.[key]
  return typeof value === 'string' ? { value, origin, source: path } : undefined
}

/**
 * `qw-lambda.json` of this folder, else the nearest one further up that is the user's own: in the same
 * repository or below home, and written by the same user. Another's file could name any stack.
 */
function findProjectPath({ flags, env, cwd, projectFile, userId }: SettingsInput): string {
  const named = typeof flags['config'] === 'string' ? flags['config'] : env['QWL_CONFIG']
  if (named !== undefined && named !== '') return resolve(cwd, named)
  const here = join(cwd, PROJECT_FILE_NAME)
  if (projectFile === 'here' || existsSync(here)) return here
  let found: string | undefined
  for (let folder = cwd; ; folder = dirname(folder)) {
    const candidate = join(folder, PROJECT_FILE_NAME)
    if (found === undefined && existsSync(candidate)) found = candidate
    if (existsSync(join(folder, '.git')) || folder === homedir()) {
      if (found === undefined || userId === undefined) return found ?? here
      return statSync(found).uid === userId ? found : here
    }
    if (folder === dirname(folder)) return here
  }
}

const PROJECT_FILE_NAME = 'qw-lambda.json'

function readJsonObject(
  path: string,
  shape: Shape<unknown>,
): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(path)) return undefined
  let document: unknown
  try {
    // A pipe would be waited for, without an end and deaf to Ctrl-C.
    if (!statSync(path).isFile()) throw new Error('it is no file')
    document = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new QwError('invalid', `cannot read ${path}: ${messageOf(error)}`, {
      code: 'CONFIG-FILE',
      fix: `mend the file, or move it away and run qw-lambda init`,
      cause: error,
    })
  }
  try {
    shape.read(document, { document: path, path: '' })
  } catch (cause) {
    if (!(cause instanceof QwError)) throw cause
    const { message, fix = 'mend the file' } = cause
    throw new QwError('invalid', message, { code: 'CONFIG-FILE', fix, cause })
  }
  // Both shapes are objects.
  return document as Readonly<Record<string, unknown>>
}

function configHome(env: Environment): string {
  return env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
}

function dataHome(env: Environment): string {
  if (process.platform === 'win32')
    return env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local')
  return env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
}
