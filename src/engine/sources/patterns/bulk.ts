import { isJsonObject, parseJson, type JsonObject } from '../../bytes/json.ts'
import { messageOf } from '../../errors.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'

type Action = 'index' | 'create' | 'update' | 'delete'

/** A file for Elasticsearch's bulk endpoint. Its action lines are no documents; of an update the partial
 *  document counts, of a delete nothing. */
export function bulkReader(): LineReader {
  let action: Action | undefined
  return {
    read(line): LineReading {
      if (line.trim() === '') return undefined
      let value
      try {
        value = parseJson(line)
      } catch (error) {
        action = undefined
        return new LineProblem(messageOf(error))
      }
      if (!isJsonObject(value)) return new LineProblem('the line is not a JSON object', line)
      const before = action
      action = undefined
      if (before !== undefined) return documentOf(value, before)
      action = actionOf(value)
      if (action === undefined) {
        return new LineProblem('an action such as {"index":{}} belongs before a document', line)
      }
      if (action === 'delete') action = undefined
      return undefined
    },
  }
}

function actionOf(value: JsonObject): Action | undefined {
  const keys = Object.keys(value)
  return (['index', 'create', 'update', 'delete'] as const).find((known) => {
    return keys.length === 1 && keys[0] === known && isJsonObject(value[known])
  })
}

function documentOf(value: JsonObject, action: Action): LineReading {
  if (action !== 'update') return value
  const { doc } = value
  return isJsonObject(doc) ? doc : new LineProblem('the update holds no `doc`')
}
