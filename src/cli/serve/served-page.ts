import { join } from 'node:path'
import type { PageFiles } from '../../api/page-routes.ts'
import { pageFolder } from '../../functions/page-folder.ts'
import { openBrowser } from '../command/browser.ts'
import type { CliContext } from '../command/context.ts'
import { packageFolder } from '../command/package-folder.ts'
import { printJson } from '../command/rows.ts'

/** The page of this package; without files where it was not built. */
export function shippedPage(): PageFiles {
  return pageFolder(join(packageFolder(), 'dist/page'))
}

interface Announcement {
  /** Whether the browser is to show the page. */
  readonly opens: boolean
  /** What is said of the API at this address. */
  readonly hint: (apiUrl: string) => string
}

/** Says where a server listens: its address alone on stdout, for scripts; the page's for people. */
export async function announceServer(
  context: CliContext,
  url: string,
  { opens, hint }: Announcement,
): Promise<void> {
  const page = `${url}/ui/`
  const api = `${url}/api/v1`
  if (context.format === 'json') {
    const schema = 'qw-lambda/serve/1'
    await printJson(context, { schema, url, api_url: api, page_url: page })
  } else await context.out.write(`${url}\n`)
  if (opens && !openBrowser(context, page)) {
    context.report.note(`No browser was found here: open ${page}`)
  } else context.report.hint(`Page at ${page}`)
  context.report.hint(hint(api))
}
