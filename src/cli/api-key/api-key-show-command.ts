import { readApiKey } from '../../deploy/api-key.ts'
import { masked } from '../deployment/end-card.ts'
import { defineCommand } from '../command/command.ts'
import { printJson } from '../command/rows.ts'
import { flag } from '../command/option.ts'

export const apiKeyShowCommand = defineCommand({
  options: {
    masked: flag('--masked', 'the last four characters only'),
    curl: flag('--curl', 'a whole curl line'),
    grafana: flag('--grafana', 'header name and value for a Grafana data source'),
  },
  examples: ['export QWL_API_KEY=$(qw-lambda api-key show)', 'qw-lambda api-key show --curl'],
  async run(context, { options }) {
    const { currentDeployment } = await import('../stack/aws-deployment.ts')
    const { state, session } = await currentDeployment(context)
    const key = await readApiKey(state, session.ports.secrets)
    const shown = options.masked === true ? masked(key) : key
    const url = state.outputs['ApiUrl'] ?? ''
    const index = state.outputs['IndexId'] ?? ''
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/api-key/1',
        key: shown,
        header: 'x-api-key',
        api_url: url,
      })
    }
    if (options.curl === true) {
      const address = `${url}/${index}/search?query=*&max_hits=1`
      return await context.out.write(`curl -s --compressed -H 'x-api-key: ${shown}' '${address}'\n`)
    }
    if (options.grafana === true) {
      return await context.out.write(`URL     ${url}\nHeader  x-api-key\nValue   ${shown}\n`)
    }
    await context.out.write(`${shown}\n`)
    if (context.out.isTerminal && options.masked !== true) {
      context.report.hint('Whoever has this key can search. A new one: qw-lambda api-key rotate')
    }
  },
})
