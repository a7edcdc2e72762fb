import { parseSourceFormat, SOURCE_FORMAT_NAMES } from '../../engine/schema/source-format.ts'
import type { OptionSpec } from '../command/option.ts'

/** `auto` looks at the content. Throws INGEST-FORMAT for a name that is none, with the nearest. */
export const INPUT_FORMAT: OptionSpec<string> = {
  flags: '--input-format <format>',
  help: `how documents are written (auto, by content): ${SOURCE_FORMAT_NAMES.join(', ')}, or json:<path of an array>`,
  takesValue: true,
  parse(value) {
    if (value !== 'auto') parseSourceFormat(value)
    return value
  },
}
