import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'

/*
 * Access logs of a shop that does not exist, in nginx's combined format: deterministic, and with the
 * repetitions of real ones (few clients make most requests, few agents, many paths, some of them once).
 */
const CLIENTS = 40_000
const PRODUCTS = 60_000
const LINES_PER_SECOND = 80
const START_MS = Date.UTC(2026, 9, 10)
const PIECE_LINES = 5_000

const WORDS =
  'alpine amber anchor apple arctic autumn basalt bay birch bronze canyon cedar cherry cloud cobalt copper coral cotton crystal dawn desert dune eagle ember fern field flint forest frost garden glacier granite harbor hazel heron indigo iron island ivory jade juniper lagoon lake lantern larch lemon linen maple marble meadow mint mist moss night north oak ocean olive onyx opal orchid paper pearl pebble pine plain poppy quartz rain raven reed ridge river rose saffron sage sand shadow silk silver sky slate snow spring spruce star stone storm summer sun tide timber valley velvet violet walnut water willow wind winter wolf wool'.split(
    ' ',
  )
const SEARCHES =
  'shoes jacket lamp table chair desk tent bottle backpack gloves scarf mug kettle bike helmet'.split(
    ' ',
  )
const SCANS = [
  '/wp-login.php',
  '/.env',
  '/xmlrpc.php',
  '/phpmyadmin/index.php',
  '/.git/config',
  '/cgi-bin/luci/;stok=/locale',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
]
const BOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'curl/8.5.0',
  'python-requests/2.32.3',
  'Go-http-client/1.1',
]
const SYSTEMS = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'Linux; Android 14; Pixel 8',
  'Linux; Android 13; SM-S911B',
  'iPhone; CPU iPhone OS 17_5 like Mac OS X',
]

/** Repeatable fractions in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Random = () => number

const below = (random: Random, limit: number): number => Math.floor(random() * limit)
/** The small ones often, the large ones seldom. */
const skewed = (random: Random, limit: number): number => Math.floor(limit * random() ** 4)
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T // never empty

function clientOf(number: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0
  return `${1 + (mixed % 220)}.${(mixed >>> 8) & 255}.${(mixed >>> 16) & 255}.${(mixed >>> 24) & 255}`
}

/** A client keeps its browser. */
function agentOf(number: number): string {
  if (number % 11 === 0) return BOTS[number % BOTS.length] ?? ''
  const system = SYSTEMS[number % SYSTEMS.length] ?? ''
  const major = 110 + (Math.imul(number, 7) % 25)
  if (system.startsWith('iPhone')) {
    return `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.${number % 6} Mobile/15E148 Safari/604.1`
  }
  return number % 4 === 0
    ? `Mozilla/5.0 (${system}; rv:${major}.0) Gecko/20100101 Firefox/${major}.0`
    : `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`
}

function productPath(number: number): string {
  const word = (step: number): string => WORDS[Math.imul(number + 7, step) % WORDS.length] ?? ''
  return `/product/${word(13)}-${word(29)}-${number}`
}

function pathOf(random: Random): string {
  const kind = random()
  if (kind < 0.3) return productPath(skewed(random, PRODUCTS))
  if (kind < 0.5) {
    const hash = (Math.imul(below(random, 40), 0x85ebca6b) >>> 0).toString(16).padStart(8, '0')
    return `/static/${pick(random, ['js/app', 'js/vendor', 'css/site', 'img/hero'])}.${hash}.${pick(random, ['js', 'css', 'png', 'woff2'])}`
  }
  if (kind < 0.65) return `/api/v1/items/${below(random, 1_000_000)}?fields=name,price`
  if (kind < 0.75) {
    return `/search?q=${pick(random, SEARCHES)}+${pick(random, WORDS)}&page=${1 + skewed(random, 9)}`
  }
  if (kind < 0.82) return `/api/v1/cart/${below(random, 2 ** 31).toString(16)}`
  if (kind < 0.85) return pick(random, SCANS)
  if (kind < 0.9) return '/'
  return `/category/${pick(random, WORDS)}?sort=${pick(random, ['price', 'new', 'rating'])}`
}

function statusOf(random: Random): number {
  const kind = random()
  if (kind < 0.84) return 200
  if (kind < 0.9) return 304
  if (kind < 0.93) return 301
  if (kind < 0.975) return 404
  if (kind < 0.985) return 403
  if (kind < 0.99) return 499
  return kind < 0.997 ? 502 : 500
}

function refererOf(random: Random): string {
  const kind = random()
  if (kind < 0.35) return '-'
  if (kind < 0.45) return 'https://www.google.com/'
  if (kind < 0.75) return 'https://shop.example.com/'
  return `https://shop.example.com${productPath(skewed(random, PRODUCTS))}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `10/Oct/2026:13:55:36 +0000`. */
function clfTime(ms: number): string {
  const iso = new Date(ms).toISOString()
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
}

function accessLine(random: Random, time: string): string {
  const client = skewed(random, CLIENTS)
  const method = pick(random, [
    'GET',
    'GET',
    'GET',
    'GET',
    'GET',
    'GET',
    'GET',
    'GET',
    'POST',
    'HEAD',
  ])
  const status = statusOf(random)
  const bytes = status === 304 || method === 'HEAD' ? 0 : 120 + skewed(random, 400_000)
  const protocol = client % 3 === 0 ? 'HTTP/1.1' : 'HTTP/2.0'
  return `${clientOf(client)} - ${client % 97 === 0 ? 'admin' : '-'} [${time}] "${method} ${pathOf(random)} ${protocol}" ${status} ${bytes} "${refererOf(random)}" "${agentOf(client)}"\n`
}

/** Lines of one file: `number` says which, so that each can be made by itself. */
function* accessLines(number: number, sizeBytes: number): Generator<string> {
  const random = seededRandom(number + 1)
  let ms = START_MS + number * 2 * 3_600_000
  let time = ''
  let timeSecond = 0
  for (let written = 0; written < sizeBytes;) {
    let piece = ''
    for (let i = 0; i < PIECE_LINES && written + piece.length < sizeBytes; i++) {
      ms += (random() * 2_000) / LINES_PER_SECOND
      const second = Math.floor(ms / 1_000)
      if (second !== timeSecond) {
        timeSecond = second
        time = clfTime(ms)
      }
      piece += accessLine(random, time)
    }
    written += piece.length
    yield piece
  }
}

/** Writes what is not there yet, and returns the folder's bytes. */
export async function writeAccessLogs(
  folder: string,
  { files, fileBytes }: { readonly files: number; readonly fileBytes: number },
): Promise<number> {
  mkdirSync(folder, { recursive: true })
  let total = 0
  for (let number = 0; number < files; number++) {
    const path = join(folder, `access-${String(number).padStart(2, '0')}.log`)
    if (!existsSync(path)) await writeLog(path, accessLines(number, fileBytes))
    total += statSync(path).size
  }
  return total
}

async function writeLog(path: string, pieces: Iterable<string>): Promise<void> {
  const unfinished = `${path}.part`
  const out = createWriteStream(unfinished)
  for (const piece of pieces) if (!out.write(piece)) await once(out, 'drain')
  out.end()
  await once(out, 'finish')
  renameSync(unfinished, path)
}
