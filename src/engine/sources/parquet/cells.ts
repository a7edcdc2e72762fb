import type { DecodedArray, ParquetParsers, SchemaTree } from 'hyparquet'
import { convert } from 'hyparquet/src/convert.js'
import { MAX_DECIMAL_BYTES, type ParquetColumn } from './footer.ts'
import { checkVariant, checkVariantNames } from './variant-check.ts'

/** Values as they stand in the file, made into texts, times and numbers. Throws for those on which the
 *  library would work out of all proportion. */
export function convertCells(
  values: ArrayLike<unknown>,
  { path, type, codec }: ParquetColumn,
  parsers: ParquetParsers,
): ArrayLike<unknown> {
  const { element } = leafOf(path)
  if (element.converted_type === 'DECIMAL') {
    forEachBytes(values, ({ length }) => {
      if (length > MAX_DECIMAL_BYTES) throw new Error(`a decimal of ${length} bytes`)
    })
  }
  const pathInSchema = path.slice(1).map((node) => node.element.name)
  const decoder = { pathInSchema, type, element, schemaPath: [...path], codec, parsers }
  // Whatever is no array of them is a typed array.
  return convert(values as DecodedArray, decoder)
}

/** What each value costs that has no fixed size, in bytes. Looks at the parts of a VARIANT. */
export function costsOf(values: ArrayLike<unknown>, { path, type }: ParquetColumn): Float64Array {
  const costs = new Float64Array(values.length)
  const variant = path.find(isVariant)
  const { element } = leafOf(path)
  forEachBytes(values, (bytes, i) => {
    costs[i] = bytes.length
    if (variant === undefined || type !== 'BYTE_ARRAY' || isText(element)) return
    if (element.name !== 'metadata') checkVariant(bytes)
    // For each field that has a column of its own the names are gone through.
    else costs[i] = bytes.length + checkVariantNames(bytes) * variant.count
  })
  return costs
}

export function isInVariant({ path }: ParquetColumn): boolean {
  return path.some(isVariant)
}

function isVariant({ element }: SchemaTree): boolean {
  return element.logical_type?.type === 'VARIANT'
}

function isText({
  converted_type: converted,
  logical_type: logical,
}: SchemaTree['element']): boolean {
  return converted === 'UTF8' || logical?.type === 'STRING'
}

function leafOf(path: readonly SchemaTree[]): SchemaTree {
  const leaf = path.at(-1)
  if (leaf === undefined) throw new Error('a column is not in the schema')
  return leaf
}

function forEachBytes(
  values: ArrayLike<unknown>,
  visit: (bytes: Uint8Array, i: number) => void,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value instanceof Uint8Array) visit(value, i)
  }
}
