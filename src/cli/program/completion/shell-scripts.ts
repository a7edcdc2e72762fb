import type { ArgumentKind, TreeCommand, TreeOption, WordTree } from './word-tree.ts'

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
type Shell = (typeof SHELLS)[number]

/** The script that a shell reads to complete `qw-lambda …`. */
export function shellScript(shell: Shell, tree: WordTree): string {
  switch (shell) {
    case 'bash':
      return bashScript(tree)
    case 'zsh':
      // zsh runs bash's functions; its own would say the same again.
      return `#compdef qw-lambda\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(tree)}`
    case 'fish':
      return fishScript(tree)
    case 'powershell':
      return powershellScript(tree)
  }
}

/**
 *   _qw_lambda          finds the command words before the cursor, then
 *   case <command>      offers its subcommands and options
 *   case <option>       offers the option's values, when the word before the cursor takes one
 */
function bashScript({ commands }: WordTree): string {
  const firstWords = [...new Set(commands.map(({ path }) => path.split(' ')[0] ?? ''))].toSorted()
  const byPath = commands.map(
    (command) =>
      `    ${quote(command.path)}) words=${quote(wordsOf(command))}; kind=${command.argument} ;;`,
  )
  const values = optionValues(commands).map(
    ({ flag, choices, value }) =>
      `    ${flag}) _qw_lambda_names ${value}; COMPREPLY+=($(compgen -W ${quote(choices.join(' '))} -- "$cur")); return ;;`,
  )
  const groups = commands
    .filter(({ subcommands }) => subcommands.length > 0)
    .map(({ path }) => path)
  return `# qw-lambda completion; load it with: source <(qw-lambda completion bash)
_qw_lambda_names() {
  case "$1" in
    files) COMPREPLY=($(compgen -f -- "$cur")) ;;
    shells) COMPREPLY=($(compgen -W "${SHELLS.join(' ')}" -- "$cur")) ;;
    none) COMPREPLY=() ;;
    fields|query)
      local before="" names
      [ "$1" = fields ] && [[ "$cur" == *,* ]] && before="\${cur%,*},"
      names="$(qw-lambda complete "$1" --index "$index" 2>/dev/null)"
      COMPREPLY=($(compgen -P "$before" -W "$names" -- "\${cur##*,}"))
      # The colon is followed by a value.
      [ "$1" = query ] && compopt -o nospace 2>/dev/null
      ;;
    *) COMPREPLY=($(compgen -W "$(qw-lambda complete "$1" 2>/dev/null)" -- "$cur")) ;;
  esac
}
_qw_lambda() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" words="" kind=none index="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [ "\${COMP_WORDS[i-1]}" = --index ] && index="\${COMP_WORDS[i]}"
    case "\${COMP_WORDS[i]}" in
      -*) ;;
      *)
        if [ -z "$command" ]; then command="\${COMP_WORDS[i]}"
        elif [[ " ${groups.join(' ')} " == *" $command "* ]]; then command="$command \${COMP_WORDS[i]}"; break
        fi ;;
    esac
  done
  case "$prev" in
${values.join('\n')}
  esac
  case "$command" in
    "") words=${quote(firstWords.join(' '))} ;;
${byPath.join('\n')}
  esac
  if [[ "$cur" == -* || -z "$command" || " ${groups.join(' ')} " == *" $command "* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    [ \${#COMPREPLY[@]} -gt 0 ] && return
  fi
  _qw_lambda_names "$kind"
}
complete -F _qw_lambda qw-lambda
`
}

/** Commands and options; names of stacks and indexes are asked for where an argument takes them. */
function powershellScript({ commands }: WordTree): string {
  const word = (text: string): string => `'${text.replaceAll("'", "''")}'`
  const firstWords = [...new Set(commands.map(({ path }) => path.split(' ')[0] ?? ''))].toSorted()
  const row = (path: string, words: readonly string[]): string =>
    `    ${word(path)} = @(${words.map(word).join(', ')})`
  const rows = [
    row('', firstWords),
    ...commands.map((each) => row(each.path, wordsOf(each).split(' '))),
  ]
  const names = commands
    .filter(({ argument }) => argument !== 'none' && argument !== 'files' && argument !== 'shells')
    .map(({ path, argument }) => `    ${word(path)} = ${word(argument)}`)
  const values = optionValues(commands)
    .filter(({ value }) => value !== 'none' && value !== 'files' && value !== 'shells')
    .map(({ flag, value }) => `    ${word(flag)} = ${word(value)}`)
  return `# qw-lambda completion; load it with: qw-lambda completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName qw-lambda -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @{
${rows.join('\n')}
  }
  $names = @{
${names.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $path = ''
  foreach ($element in $ast.CommandElements | Select-Object -Skip 1) {
    $next = "$path $element".Trim()
    if ($words.ContainsKey($next) -and "$element" -ne $word) { $path = $next }
  }
  $typed = @($ast.CommandElements | ForEach-Object { "$_" })
  $before = if ($word -eq '') { $typed[-1] } elseif ($typed.Count -gt 1) { $typed[-2] } else { '' }
  $offered = $words[$path]
  if ($values.ContainsKey($before)) {
    $offered = @(qw-lambda complete $values[$before] 2>$null)
  } elseif ($names.ContainsKey($path) -and -not $word.StartsWith('-')) {
    $offered = @($offered) + @(qw-lambda complete $names[$path] 2>$null)
  }
  $offered | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}

function fishScript({ commands }: WordTree): string {
  const lines = ['# qw-lambda completion; load it with: qw-lambda completion fish | source']
  lines.push('complete -c qw-lambda -f')
  for (const command of commands) {
    const [first = '', second] = command.path.split(' ')
    const summary = quote(command.summary)
    if (second === undefined) {
      lines.push(`complete -c qw-lambda -n __fish_use_subcommand -a ${first} -d ${summary}`)
    } else {
      const isOpen = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${siblings(commands, first)}`
      lines.push(`complete -c qw-lambda -n ${quote(isOpen)} -a ${second} -d ${summary}`)
    }
    const isHere = `__fish_seen_subcommand_from ${second ?? first}${second === undefined ? '' : `; and __fish_seen_subcommand_from ${first}`}`
    for (const option of command.options) lines.push(fishOption(option, isHere))
    if (command.argument !== 'none') {
      lines.push(`complete -c qw-lambda -n ${quote(isHere)} ${fishNames(command.argument)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function fishOption(option: TreeOption, isHere: string): string {
  const { flag, help, takesValue, choices, value } = option
  const base = `complete -c qw-lambda -n ${quote(isHere)} -l ${flag.slice(2)} -d ${quote(help)}`
  if (!takesValue) return base
  if (choices.length > 0) return `${base} -x -a ${quote(choices.join(' '))}`
  return value === 'none' ? `${base} -x` : `${base} -r ${fishNames(value)}`
}

function fishNames(kind: ArgumentKind): string {
  if (kind === 'files') return '-F'
  if (kind === 'shells') return `-a ${quote(SHELLS.join(' '))}`
  return `-a ${quote(`(qw-lambda complete ${kind} 2>/dev/null)`)}`
}

function siblings(commands: readonly TreeCommand[], group: string): string {
  return commands.find(({ path }) => path === group)?.subcommands.join(' ') ?? ''
}

function wordsOf(command: TreeCommand): string {
  return [...command.subcommands, ...command.options.map(({ flag }) => flag)].join(' ')
}

/** Each option with values once; where commands differ, with the values of all. */
function optionValues(commands: readonly TreeCommand[]): TreeOption[] {
  const byFlag = new Map<string, TreeOption>()
  for (const option of commands.flatMap(({ options }) => options)) {
    if (!option.takesValue) continue
    const known = byFlag.get(option.flag)
    const choices = [...new Set([...(known?.choices ?? []), ...option.choices])]
    const value = option.value === 'none' ? (known?.value ?? 'none') : option.value
    byFlag.set(option.flag, { ...option, choices, value })
  }
  return [...byFlag.values()]
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
