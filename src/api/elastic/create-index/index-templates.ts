import type { Context, Hono } from 'hono'
import type { JsonObject, JsonValue } from '../../../engine/bytes/json.ts'
import { QwError } from '../../../engine/errors.ts'
import { matchIndexIds } from '../../../engine/metastore/index-patterns.ts'
import {
  readTemplate,
  templateConfig,
  type IndexTemplate,
  type IndexTemplates,
} from '../../../engine/metastore/templates.ts'
import { decodeError, readOptionalJsonObject } from '../../request-body.ts'
import { declaredProperties } from '../mappings.ts'
import {
  allDone,
  bodyOptions,
  EMPTY,
  noEffect,
  refused,
  type OptionTable,
} from '../options/option.ts'
import { elasticReply, urlFields } from '../request-parts.ts'
import { indexConfigOf, objectAt } from './create-index.ts'

const TEMPLATE_BODY: OptionTable = {
  ...allDone('index_patterns', 'template', 'priority'),
  _meta: noEffect('it is for whoever wrote it'),
  allow_auto_create: noEffect('documents make the index that a template matches'),
  composed_of: refused('there are no component templates', 'put mappings into `template`', EMPTY),
  data_stream: noEffect('an index with a timestamp field is one'),
  deprecated: noEffect('it is for whoever wrote it'),
  ignore_missing_component_templates: noEffect('there are no component templates'),
  version: noEffect('it is for whoever wrote it'),
}

const TEMPLATE_URL = ['create', 'cause', 'master_timeout', 'flat_settings', 'local'] as const

/** Index templates, the same as under `/api/v1/templates`; documents for an index that is not there make
 *  it, where one matches. */
export function addIndexTemplateRoutes(
  app: Hono,
  templates: IndexTemplates,
  mayWrite: boolean,
): void {
  for (const path of ['/_index_template', '/_index_template/:name']) {
    app.get(path, (c) => answerList(c, templates))
  }
  if (!mayWrite) return
  app.on(['PUT', 'POST'], '/_index_template/:name', async (c) => {
    const create = urlFields(c, TEMPLATE_URL).boolean('create') ?? false
    const name = c.req.param('name')
    const template = templateOf(name, await readOptionalJsonObject(c.req.raw))
    const isKnown = (await templates.list()).some(({ templateId }) => templateId === name)
    if (create && isKnown) throw new QwError('invalid', `index template [${name}] already exists`)
    await templates.put(template)
    return elasticReply({ acknowledged: true })
  })
  app.delete('/_index_template/:name', async (c) => {
    urlFields(c, TEMPLATE_URL)
    for (const { templateId } of await named(c.req.param('name'), templates)) {
      await templates.remove(templateId)
    }
    return elasticReply({ acknowledged: true })
  })
}

async function answerList(c: Context, templates: IndexTemplates): Promise<Response> {
  urlFields(c, TEMPLATE_URL)
  const found = await named(c.req.param('name') ?? '*', templates)
  return elasticReply({ index_templates: found.map(templateJson) })
}

/** By a name or a pattern. Throws `notFound` for a name that is not there. */
async function named(name: string, templates: IndexTemplates): Promise<IndexTemplate[]> {
  const all = await templates.list()
  const ids = matchIndexIds(
    name.split(','),
    all.map(({ templateId }) => templateId),
  )
  const found = all.filter(({ templateId }) => ids.includes(templateId))
  if (found.length > 0 || name.includes('*')) return found
  throw new QwError('notFound', `index template matching [${name}] not found`)
}

function templateOf(name: string, body: JsonObject): IndexTemplate {
  const fields = bodyOptions(body, TEMPLATE_BODY, 'an index template')
  const template = objectAt(fields.raw('template'), 'template')
  const { mappings, settings, aliases, lifecycle: _unused, ...rest } = template
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw decodeError(`unknown key [${unknown}] in \`template\``)
  const { index_id: _, ...config } = indexConfigOf('any', {
    mappings: objectAt(mappings, 'mappings'),
    settings: objectAt(settings, 'settings'),
    aliases: objectAt(aliases, 'aliases'),
  })
  const priority = fields.count('priority') ?? 0
  const patterns = patternsOf(fields.raw('index_patterns'))
  return readTemplate({ ...config, template_id: name, index_id_patterns: patterns, priority })
}

/** One pattern or several. */
function patternsOf(json: JsonValue | undefined): JsonValue[] {
  return Array.isArray(json) ? json : json === undefined ? [] : [json]
}

function templateJson(template: IndexTemplate): JsonObject {
  const { docMapping } = templateConfig(template, 'any')
  return {
    name: template.templateId,
    index_template: {
      index_patterns: [...template.patterns],
      template: { mappings: { properties: declaredProperties(docMapping.fieldMappings) } },
      composed_of: [],
      priority: template.priority,
    },
  }
}
