import { QwError } from '../../../engine/errors.ts'
import { defineCommand } from '../../command/command.ts'
import { SHELLS, shellScript } from './shell-scripts.ts'
import { loadWordTree } from './word-tree.ts'

export const completionCommand = defineCommand({
  description:
    'bash: source <(qw-lambda completion bash)   zsh: source <(qw-lambda completion zsh)   fish: qw-lambda completion fish | source   powershell: qw-lambda completion powershell | Out-String | Invoke-Expression',
  args: [['<shell>', SHELLS.join(', ')]],
  options: {},
  formats: ['raw'],
  async run(context, { args }) {
    const shell = SHELLS.find((name) => name === args[0])
    if (shell === undefined) {
      throw new QwError('invalid', `there is no completion for \`${args[0] ?? ''}\``, {
        code: 'USAGE',
        fix: `one of ${SHELLS.join(', ')}`,
      })
    }
    await context.out.write(shellScript(shell, await loadWordTree()))
  },
})
