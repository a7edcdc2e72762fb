import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { apiAddress } from '../api/client.ts'
import { currentKey } from '../api/key.ts'
import { exchanges, type Exchange } from '../api/exchanges.ts'
import { isJsonObject, parseExact, stringifyExact, type JsonObject } from '../api/exact-json.ts'
import { formatBytes } from '../format/amount.ts'
import { visibleText } from '../format/visible.ts'
import { formatDuration } from '../time/format.ts'
import { CostFacts } from './cost-facts.tsx'
import { curlLine } from './curl.ts'
import { viewCommand } from './view-command.ts'

type Tab = 'command' | 'curl' | 'json' | 'cost'
const TABS: readonly (readonly [Tab, string])[] = [
  ['command', 'Command line'],
  ['curl', 'curl'],
  ['json', 'JSON'],
  ['cost', 'Cost'],
]

/** What the panel asks by itself, to say what a search would cost. */
const OF_THIS_PANEL = new Set(['search-plan', 'search-cost'])

/** The view as somebody would ask for it elsewhere, and what it took. Stands once in the page. */
export function WordsPanel() {
  const isOpen = useSignal(false)
  const tab = useSignal<Tab>('command')
  const command = viewCommand.value
  const all = [...exchanges.value.values()]
    .filter(({ role }) => !OF_THIS_PANEL.has(role))
    .toSorted((a, b) => rank(a) - rank(b))
  return (
    <section class="words" aria-label="The same in words">
      <div class="words-bar">
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen.value}
          aria-controls="words"
          title="The same as a command line, curl and JSON, and what it took"
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          {isOpen.value ? '▾' : '▸'} In words
        </button>
        <code class="words-line">{visibleText(command)}</code>
        <span class="words-took">{took(all)}</span>
        <CopyButton text={command} label="Copy the command line" />
      </div>
      {isOpen.value && (
        <div id="words" class="words-body">
          <div class="words-tabs" role="tablist" aria-label="Ways to say it">
            {TABS.map(([name, title]) => (
              <button
                type="button"
                role="tab"
                key={name}
                class="quiet"
                id={`words-${name}`}
                aria-selected={tab.value === name}
                aria-controls="words-text"
                onClick={() => (tab.value = name)}
              >
                {title}
              </button>
            ))}
          </div>
          <div id="words-text" role="tabpanel" aria-labelledby={`words-${tab.value}`} tabIndex={0}>
            {tab.value === 'command' && <Words text={command} />}
            {tab.value === 'cost' && <CostFacts exchanges={all} />}
            {(tab.value === 'curl' || tab.value === 'json') && (
              <Requests exchanges={all} as={tab.value} />
            )}
          </div>
        </div>
      )}
    </section>
  )
}

function took(all: readonly Exchange[]): string {
  if (all.length === 0) return ''
  const slowest = Math.max(...all.map(({ tookMs }) => tookMs))
  const bytes = all.reduce((sum, each) => sum + each.bytes, 0)
  return `${formatDuration(slowest)} · ${formatBytes(bytes)}`
}

interface RequestsProps {
  readonly exchanges: readonly Exchange[]
  readonly as: 'curl' | 'json'
}

function Requests({ exchanges: all, as }: RequestsProps) {
  const chosen = useSignal('')
  const shown = all.find(({ role }) => role === chosen.value) ?? all[0]
  if (shown === undefined) return <p class="soft">Nothing was asked yet.</p>
  return (
    <>
      {all.length > 1 && (
        <label class="words-which">
          Request{' '}
          <select
            value={shown.role}
            onChange={(event) => (chosen.value = event.currentTarget.value)}
          >
            {all.map(({ role }) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
        </label>
      )}
      <Words text={as === 'curl' ? asCurl(shown) : asJson(shown)} />
    </>
  )
}

/** A view may have asked several things; those about documents come first. */
function rank({ role }: Exchange): number {
  const place = ['hits', 'counts', 'list-fields'].indexOf(role)
  return place < 0 ? 9 : place
}

/** Without the marks around words that were found, which are for the page alone. */
function shownBody(body: string | undefined): JsonObject | undefined {
  const value = body === undefined ? undefined : parseExact(body)
  if (!isJsonObject(value)) return undefined
  const { highlight: _marks, ...asked } = value
  return asked
}

function asCurl({ method, path, body }: Exchange): string {
  const shown = shownBody(body)
  return curlLine(
    { method, path, body: shown === undefined ? undefined : stringifyExact(shown) },
    { api: apiAddress('').href, hasKey: currentKey() !== '' },
  )
}

function asJson({ method, path, body }: Exchange): string {
  const line = `${method} ${apiAddress(path).pathname}${apiAddress(path).search}`
  const shown = shownBody(body)
  return shown === undefined ? line : `${line}\n\n${stringifyExact(shown, 2)}`
}

function Words({ text }: { readonly text: string }) {
  return (
    <div class="words-text">
      <pre>{visibleText(text)}</pre>
      <CopyButton text={text} label="Copy" />
    </div>
  )
}

const SAID_MS = 1_500

function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const said = useSignal<string | undefined>(undefined)
  useEffect(() => {
    if (said.value === undefined) return
    const timer = setTimeout(() => (said.value = undefined), SAID_MS)
    return () => clearTimeout(timer)
  }, [said.value, said])
  const copy = (): void => {
    // Only a page from this machine or over TLS may write what is copied.
    const written =
      navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    written.then(
      () => (said.value = 'Copied'),
      () => (said.value = 'Not allowed'),
    )
  }
  return (
    <button type="button" class="words-copy" aria-label={label} onClick={copy}>
      <span aria-live="polite">{said.value ?? 'Copy'}</span>
    </button>
  )
}
