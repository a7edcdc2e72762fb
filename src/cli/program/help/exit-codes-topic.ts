import { EXIT, type ExitCode } from '../../command/exit-codes.ts'

const MEANINGS: Readonly<Record<ExitCode, readonly [name: string, when: string]>> = {
  0: ['ok', 'done; zero hits is also 0'],
  1: ['failed', 'anything not below'],
  2: ['usage', 'unknown flag or command, missing value, bad query syntax'],
  3: ['not-set-up', 'no project, or no stack of that name'],
  4: ['credentials', 'none found, expired, clock skew, API key rejected'],
  5: ['forbidden', 'AWS said no: permissions, organisation policy'],
  6: ['not-found', 'index, split, file, setting'],
  7: ['busy', 'another change is running, port or folder in use, throttled'],
  8: ['limit', 'quota, answer over 6 MB, request too large, time limit'],
  9: ['remote', 'a function failed, or could not be reached'],
  10: ['partial', 'some documents rejected, some splits failed, leftovers'],
  11: ['confirm', 'a confirmation was needed and not given, or declined'],
  12: ['check', 'doctor failed, --require-hits with none, --max exceeded'],
  130: ['interrupted', 'Ctrl-C'],
  143: ['terminated', 'SIGTERM'],
}

export function exitCodesTopic(): string {
  const rows = Object.values(EXIT).map((code) => {
    const [name, when] = MEANINGS[code]
    return `  ${String(code).padStart(3)}  ${name.padEnd(12)} ${when}`
  })
  return `Exit status\n\n${rows.join('\n')}

With --json an error is one line on stderr:
  {"error":{"code","kind","message","why","fix":[],"position","exit","retryable","docs"}}
`
}
