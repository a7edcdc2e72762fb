/** Orders for suites that kill processes and erase customers. */
export function ordersSchema(indexingSettings: string): string {
  return `version: 0.9
index_id: orders
doc_mapping:
  field_mappings:
    - {name: n, type: u64, fast: true}
    - {name: customer, type: u64, fast: true}
    - {name: address, type: text, fast: true}
indexing_settings: ${indexingSettings}
`
}

/** What must be nowhere once its customer is erased; it stands in no query. */
export function address(customer: number): string {
  return `street${customer}quay`
}

export interface Order {
  readonly n: number
  readonly customer: number
}

interface OrderRounds {
  /** More than there will be: the customer of the last one is never erased. */
  readonly max: number
  readonly docsEach: number
}

/** Of every customer who was not erased yet: after each round its first customer may be. */
export function ordersOf(round: number, { max, docsEach }: OrderRounds): Order[] {
  return Array.from({ length: docsEach }, (_, i) => {
    return { n: round * docsEach + i, customer: round + (i % (max + 1 - round)) }
  })
}

/** As NDJSON. */
export function orderLines(orders: readonly Order[]): string {
  return orders
    .map((order) => JSON.stringify({ ...order, address: address(order.customer) }))
    .join('\n')
}
