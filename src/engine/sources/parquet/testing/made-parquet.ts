/** A value of Thrift's compact protocol: whole numbers are `i32`, big ones `i64`, objects structs. */
type Thrift =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly Thrift[]
  | { readonly [field: number]: Thrift | undefined }

/** A file with a row group of these columns, which may say whatever it likes. */
export interface MadeFile {
  /** Elements of the schema below the root, by the numbers of Parquet's definition of SchemaElement. */
  readonly schema: readonly { readonly [field: number]: Thrift | undefined }[]
  readonly rootChildren?: number
  readonly rows: number | bigint
  readonly columns: readonly MadeColumn[]
}

export interface MadeColumn {
  readonly path: readonly string[]
  readonly type: number
  readonly codec?: number
  readonly pages: readonly MadePage[]
  readonly statistics?: Thrift
}

export interface MadePage {
  /** Fields of PageHeader besides the two sizes. */
  readonly header: { readonly [field: number]: Thrift | undefined }
  readonly body: Uint8Array
  readonly unpackedBytes?: number
  readonly packedBytes?: number
}

const MARK = Buffer.from('PAR1')

export function madeParquet({ schema, rootChildren, rows, columns }: MadeFile): Uint8Array {
  const parts: Uint8Array[] = [MARK]
  let at = MARK.length
  const chunks = columns.map(({ path, type, codec = 0, pages, statistics }) => {
    const start = at
    for (const { header, body, unpackedBytes = body.length, packedBytes = body.length } of pages) {
      const head = thriftBytes({ ...header, 2: unpackedBytes, 3: packedBytes })
      parts.push(head, body)
      at += head.length + body.length
    }
    const size = BigInt(at - start)
    const facts = { 1: type, 2: [0], 3: path, 4: codec, 5: 1n, 6: size, 7: size, 9: BigInt(start) }
    return { 2: BigInt(start), 3: { ...facts, 12: statistics } }
  })
  const root = { 4: 'root', 5: rootChildren ?? schema.length }
  const group = { 1: chunks, 2: 1n, 3: BigInt(rows) }
  return withFooter(parts, thriftBytes({ 1: 1, 2: [root, ...schema], 3: BigInt(rows), 4: [group] }))
}

/** Bytes before it, and a footer that may be anything. */
export function withFooter(parts: readonly Uint8Array[], footer: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([...parts, footer, length, MARK])
}

/** A struct; fields stand in the order of their numbers. */
function thriftBytes(fields: { readonly [field: number]: Thrift | undefined }): Uint8Array {
  const parts: Uint8Array[] = []
  let last = 0
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const type = typeOf(value)
    const id = Number(name)
    const step = id - last
    // Beyond fifteen the number stands for itself.
    parts.push(
      step > 15
        ? Buffer.concat([Uint8Array.of(type), encoded(id)])
        : Uint8Array.of((step << 4) | type),
    )
    if (type > 2) parts.push(encoded(value))
    last = id
  }
  return Buffer.concat([...parts, Uint8Array.of(0)])
}

/** Seven bits to a byte, the last without the highest bit. */
export function varintBytes(value: number | bigint): Uint8Array {
  const bytes: number[] = []
  let left = BigInt(value)
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return Uint8Array.of(...bytes, Number(left))
}

function typeOf(value: Thrift): number {
  if (typeof value === 'boolean') return value ? 1 : 2
  if (typeof value === 'number') return 5
  if (typeof value === 'bigint') return 6
  if (typeof value === 'string' || value instanceof Uint8Array) return 8
  return Array.isArray(value) ? 9 : 12
}

function encoded(value: Thrift): Uint8Array {
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 2)
  if (typeof value === 'number' || typeof value === 'bigint') {
    const whole = BigInt(value)
    return varintBytes(whole < 0n ? -2n * whole - 1n : 2n * whole)
  }
  if (typeof value === 'string') return encoded(Buffer.from(value))
  if (value instanceof Uint8Array) return Buffer.concat([varintBytes(value.length), value])
  if (!isList(value)) return thriftBytes(value)
  const [first = 0] = value
  const head = Uint8Array.of(0xf0 | typeOf(first))
  return Buffer.concat([head, varintBytes(value.length), ...value.map(encoded)])
}

function isList(value: Thrift): value is readonly Thrift[] {
  return Array.isArray(value)
}
