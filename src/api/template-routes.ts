import type { Context, Hono } from 'hono'
import { isQwError, QwError } from '../engine/errors.ts'
import type { Metastore } from '../engine/metastore/metastore.ts'
import {
  readTemplate,
  type IndexTemplate,
  type IndexTemplates,
} from '../engine/metastore/templates.ts'
import { jsonReply } from './reply.ts'
import { readJsonObject } from './request-body.ts'
import type { IngestService } from './services.ts'

/** Templates by their ids, as Quickwit's clients ask; `writes` is undefined where nothing may change. */
export function addTemplateRoutes(app: Hono, templates: IndexTemplates, mayWrite: boolean): void {
  app.get('/templates', async () => {
    return jsonReply(
      (await templates.list()).map(({ json }) => json),
      'pretty_json',
    )
  })
  app.get('/templates/:id', async (c) =>
    jsonReply((await templates.get(c.req.param('id'))).json, 'pretty_json'),
  )
  if (!mayWrite) return
  app.post('/templates', async (c) => {
    const template = await templateOf(c)
    const known = (await templates.list()).map(({ templateId }) => templateId)
    if (known.includes(template.templateId)) {
      throw new QwError('invalid', `index template \`${template.templateId}\` already exists`, {
        fix: `change it: PUT /api/v1/templates/${template.templateId}`,
      })
    }
    await templates.put(template)
    return jsonReply(template.json, 'pretty_json')
  })
  app.put('/templates/:id', async (c) => {
    const template = await templateOf(c)
    if (template.templateId !== c.req.param('id')) {
      throw new QwError('invalid', `template_id \`${template.templateId}\` differs from the path's`)
    }
    await templates.put(template)
    return jsonReply(template.json, 'pretty_json')
  })
  app.delete('/templates/:id', async (c) => {
    await templates.remove(c.req.param('id'))
    return jsonReply(null, 'pretty_json')
  })
}

async function templateOf(c: Context): Promise<IndexTemplate> {
  return readTemplate(await readJsonObject(c.req.raw))
}

/** Documents for an index that is not there make it, where a template matches its id. */
export function creatingFromTemplates(ingest: IngestService, metastore: Metastore): IngestService {
  return {
    refresh: (indexId) => ingest.refresh(indexId),
    erase: (indexId) => ingest.erase(indexId),
    async ingest(indexId, body, commit) {
      try {
        return await ingest.ingest(indexId, body, commit)
      } catch (error) {
        const isMissing = isQwError(error, 'notFound') && error.code === 'INDEX-NONE'
        if (!isMissing || !(await metastore.createFromTemplate(indexId))) throw error
        return await ingest.ingest(indexId, body, commit)
      }
    },
  }
}
