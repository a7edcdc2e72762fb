import { expect, test } from 'vitest'
import { inferIndexConfig } from '../../engine/sources/infer/infer.ts'
import { parseIndexConfig } from '../../engine/schema/config-text.ts'
import {
  FIELD_TYPES,
  timestampChoices,
  withFastToggled,
  withoutField,
  withType,
  yamlOfDraft,
  type SchemaDraft,
} from './schema-draft.ts'

function draft(): SchemaDraft {
  const docs = [
    { at: '2026-11-23T04:00:00Z', level: 'WARN', message: 'a b c', count: 1 },
    { at: '2026-11-23T04:00:01Z', level: 'INFO', message: 'd e f', count: 2 },
  ]
  const { fields, leftDynamic } = inferIndexConfig(docs, { indexId: 'logs' })
  const none = { searched: undefined, template: undefined }
  return { indexId: 'logs', fields, leftDynamic, timestamp: 'at', ...none }
}

function field(of: SchemaDraft, name: string): Record<string, unknown> | undefined {
  const { docMapping } = parseIndexConfig(yamlOfDraft(of), 'yaml')
  const found = docMapping.fieldMappings.find((mapping) => mapping.name === name)
  return found === undefined ? undefined : { ...found }
}

test('every type that can be chosen gives a config that can be read', () => {
  for (const type of FIELD_TYPES) {
    expect(field(withType(draft(), 'count', type), 'count'), type).toMatchObject({
      type: type.split(',')[0],
    })
  }
})

test('words are cut into tokens with positions, whole values are not cut', () => {
  const asWords = field(withType(draft(), 'level', 'text, words'), 'level')
  expect(asWords).toMatchObject({ indexing: { tokenizer: 'default', record: 'position' } })
  const whole = field(withType(draft(), 'message', 'text, whole values'), 'message')
  expect(whole).toMatchObject({ indexing: { tokenizer: 'raw' } })
})

test('a field is made fast and slow again', () => {
  const slow = withFastToggled(draft(), 'count')
  expect(field(slow, 'count')).toMatchObject({ fast: false })
  expect(field(withFastToggled(slow, 'count'), 'count')).toMatchObject({ fast: true })
})

test('a dropped field is left to dynamic mode, with a comment', () => {
  const dropped = withoutField(draft(), 'level')
  expect(field(dropped, 'level')).toBeUndefined()
  expect(yamlOfDraft(dropped)).toMatch(/# level is left to dynamic mode/)
})

test('a time field that is dropped or becomes a text is the time no longer', () => {
  expect(withoutField(draft(), 'at').timestamp).toBeUndefined()
  expect(withType(draft(), 'at', 'text, words').timestamp).toBeUndefined()
  expect(withType(draft(), 'level', 'u64').timestamp).toBe('at')
})

test('any single date may become the time', () => {
  expect(timestampChoices(draft())).toEqual(['at'])
  expect(timestampChoices(withType(draft(), 'count', 'datetime'))).toEqual(['at', 'count'])
})
