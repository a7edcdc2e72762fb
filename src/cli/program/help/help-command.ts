import { QwError } from '../../../engine/errors.ts'
import { defineCommand } from '../../command/command.ts'
import { flag } from '../../command/option.ts'
import { fittingSigns } from '../../format/ascii.ts'
import { printJson } from '../../command/rows.ts'
import { TOPIC_NAMES } from './topic-names.ts'
import { TOPIC_SUMMARIES, topicText } from './topics.ts'
import { probablyMeant } from '../../../engine/schema/nearest.ts'
import { COMMANDS } from '../registry.ts'

export const helpCommand = defineCommand({
  pages: () => true,
  args: [['[topic...]', `a topic (${TOPIC_NAMES.join(', ')}) or a command`]],
  options: { man: flag('--man', 'the manual page in roff: qw-lambda help --man | man -l -') },
  toleratesBrokenFiles: true,
  async run(context, { args, options }) {
    if (options.man === true) {
      const { manPage } = await import('./man-page.ts')
      return await context.out.write(await manPage(context.version))
    }
    const [name] = args
    if (name === undefined) {
      if (context.format === 'json') return await printJson(context, TOPIC_SUMMARIES)
      const width = Math.max(...TOPIC_NAMES.map((topic) => topic.length)) + 2
      const lines = TOPIC_NAMES.map((topic) => `  ${topic.padEnd(width)}${TOPIC_SUMMARIES[topic]}`)
      const text = `Topics:\n${lines.join('\n')}\n\nRead one: qw-lambda help <topic>\nCommands: qw-lambda --help, qw-lambda help <command>\n`
      return await context.out.write(fittingSigns(text, context.out.style))
    }
    const topic = TOPIC_NAMES.find((candidate) => candidate === name)
    if (topic === undefined) throw unknownTopic(name)
    const text = topicText(topic, context.out.style)
    if (context.format === 'json') return await printJson(context, { topic, text })
    await context.out.write(fittingSigns(text, context.out.style))
  },
})

function unknownTopic(name: string): QwError {
  const names = [...TOPIC_NAMES, ...COMMANDS.map(({ words }) => words[0] ?? '')]
  const meant = probablyMeant(name, new Set(names))
  return new QwError('invalid', `there is no help on \`${name}\``, {
    code: 'USAGE',
    fix: meant === undefined ? `topics: ${TOPIC_NAMES.join(', ')}` : `did you mean ${meant}?`,
  })
}
