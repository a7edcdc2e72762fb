import { FIELD_MAPPINGS } from '../../engine/schema/parse-field-mapping.ts'
import { INDEX_CONFIG } from '../../engine/schema/read-config.ts'
import { documentSchema } from '../../engine/schema/shape.ts'
import { PROJECT_FILE } from '../command/project-shape.ts'

/** What scripts/write-schemas.mjs writes to dist/schemas, by file name. */
export const JSON_SCHEMAS = {
  'qw-lambda.schema.json': documentSchema('qw-lambda.json', PROJECT_FILE),
  'index-config.schema.json': documentSchema('qw-lambda index config', INDEX_CONFIG, {
    field_mappings: FIELD_MAPPINGS,
  }),
} as const
