import { formatUnitPrice, formatUsd } from './format.ts'
import { GB_BYTES, MONTH_SECONDS, QUEUE_POLL_SECONDS } from './month.ts'
import { type PriceBook, type PriceId, US_EAST_1_PRICES, usdFor } from './price-book.ts'
import { IDLE_POLLERS_PER_QUEUE } from './standing.ts'

interface LeftoverCost {
  /** Dollars a month at list price; `undefined` when the type or the quantity is not known. */
  readonly usdPerMonth: number | undefined
  /** An amount, or the unit price, or `unknown`; never `$0.00` for what is not known. */
  readonly usdText: string
}

/** How a resource that is left behind goes on costing money, by CloudFormation type. */
type Charge =
  /** Nothing as long as nobody uses it. */
  | { readonly by: 'use' }
  | { readonly by: 'count'; readonly price: PriceId; readonly unitsEach: number }
  | { readonly by: 'bytes'; readonly price: PriceId }

const BY_USE: Charge = { by: 'use' }
const POLLS_EACH = (IDLE_POLLERS_PER_QUEUE * MONTH_SECONDS) / QUEUE_POLL_SECONDS

const CHARGES: Readonly<Record<string, Charge>> = {
  'AWS::S3::Bucket': { by: 'bytes', price: 's3StorageGbMonth' },
  'AWS::Logs::LogGroup': { by: 'bytes', price: 'logStorageGbMonth' },
  'AWS::SecretsManager::Secret': { by: 'count', price: 'secretMonth', unitsEach: 1 },
  'AWS::KMS::Key': { by: 'count', price: 'keyMonth', unitsEach: 1 },
  'AWS::CloudWatch::Alarm': { by: 'count', price: 'alarmMonth', unitsEach: 1 },
  'AWS::Lambda::EventSourceMapping': { by: 'count', price: 'queueRequest', unitsEach: POLLS_EACH },
  'AWS::ApiGateway::ApiKey': BY_USE,
  'AWS::ApiGateway::Deployment': BY_USE,
  'AWS::ApiGateway::Method': BY_USE,
  'AWS::ApiGateway::Resource': BY_USE,
  'AWS::ApiGateway::RestApi': BY_USE,
  'AWS::ApiGateway::Stage': BY_USE,
  'AWS::ApiGateway::UsagePlan': BY_USE,
  'AWS::ApiGateway::UsagePlanKey': BY_USE,
  'AWS::CloudFormation::Stack': BY_USE,
  'AWS::IAM::Policy': BY_USE,
  'AWS::IAM::Role': BY_USE,
  'AWS::KinesisFirehose::DeliveryStream': BY_USE,
  'AWS::Lambda::EventInvokeConfig': BY_USE,
  'AWS::Lambda::Function': BY_USE,
  'AWS::Lambda::Permission': BY_USE,
  'AWS::S3::BucketPolicy': BY_USE,
  'AWS::Scheduler::Schedule': BY_USE,
  'AWS::SNS::Topic': BY_USE,
  'AWS::SQS::Queue': BY_USE,
  'AWS::SQS::QueuePolicy': BY_USE,
}

/** Monthly cost of a leftover. `quantity` is stored bytes for buckets and log groups and a count for
 *  everything else; `undefined` when it could not be read. */
export function leftoverCost(
  type: string,
  quantity: number | undefined,
  book: PriceBook = US_EAST_1_PRICES,
): LeftoverCost {
  const charge = Object.hasOwn(CHARGES, type) ? CHARGES[type] : undefined
  if (charge === undefined) return { usdPerMonth: undefined, usdText: 'unknown' }
  if (charge.by === 'use') return { usdPerMonth: 0, usdText: formatUsd(0) }
  const price = book.prices[charge.price]
  if (quantity === undefined) return { usdPerMonth: undefined, usdText: formatUnitPrice(price) }
  const units = charge.by === 'bytes' ? quantity / GB_BYTES : quantity * charge.unitsEach
  const usdPerMonth = usdFor(price, units)
  return { usdPerMonth, usdText: formatUsd(usdPerMonth) }
}
