import { isQwError, QwError } from '../../engine/errors.ts'
import { readIndexConfig } from '../../engine/schema/config-text.ts'
import type { ReadConfig } from '../../engine/schema/read-config.ts'
import { readGivenText } from '../command/given-file.ts'

/** An index config that the user wrote. Throws `notFound` for a file that is not there and `invalid` for a config that will not do. */
export async function readConfigFile(path: string): Promise<ReadConfig> {
  const makeOne = 'name an index config file; make one: qw-lambda index infer <data file>'
  const source = await readGivenText(path, makeOne)
  try {
    return readIndexConfig(source)
  } catch (error) {
    if (!isQwError(error)) throw error
    throw new QwError(error.kind, `the index config ${path} will not do: ${error.message}`, {
      code: error.code ?? 'INDEX-CONFIG',
      why: error.why,
      fix: error.fix ?? 'mend that setting in the file',
      cause: error,
    })
  }
}
