import { FORMAT_VERSION } from '../../engine/split/footer.ts'
import { defineCommand } from '../command/command.ts'
import { printJson } from '../command/rows.ts'

export const versionCommand = defineCommand({
  options: {},
  async run(context) {
    const versions = {
      cli: context.version,
      split_format: FORMAT_VERSION,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    }
    if (context.format === 'json') {
      return await printJson(context, { schema: 'qw-lambda/version/1', ...versions })
    }
    const { cli, node, platform } = versions
    await context.out.write(
      `qw-lambda ${cli}, split format ${versions.split_format}, Node ${node}, ${platform}\n`,
    )
  },
})
