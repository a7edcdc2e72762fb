import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import { SOURCE_TEMPLATES } from '../../src/engine/sources/templates/source-templates.ts'
import { formatsPage, NAMES } from './formats-page.ts'

const path = fileURLToPath(new URL('../../docs/FORMATS.md', import.meta.url))

// UPDATE=1 writes the page again.
test('the page of formats tells what the templates declare', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(path, formatsPage())
  expect(readFileSync(path, 'utf8')).toBe(formatsPage())
})

test.each(NAMES)('the page names the format %s', (name) => {
  expect(formatsPage()).toContain(`\`${name}\``)
})

test.each([...SOURCE_TEMPLATES.values()])(
  'the template $name is a config with a time, fields to search and three queries',
  (template) => {
    const config = parseIndexConfig(template.yaml('logs'), 'yaml')
    expect(config.indexId).toBe('logs')
    expect(config.docMapping.timestampField).toBe(template.timestamp)
    expect(config.searchSettings.defaultSearchFields.length).toBeGreaterThan(0)
    expect(template.examples).toHaveLength(3)
  },
)
