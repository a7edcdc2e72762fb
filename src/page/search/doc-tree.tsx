import { useSignal } from '@preact/signals'
import { isJsonObject, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
import { pathOf } from '../query/field-facts.ts'
import { openMenu } from '../shell/menu.tsx'
import { MarkedText } from './marked-text.tsx'
import { menuTitle, valueMenu } from './value-menu.ts'
import { visibleText } from '../format/visible.ts'

/** Items of a list, and characters of a text, that are shown before somebody asks for the rest. */
const FIRST_ITEMS = 100
const FIRST_CHARS = 2_000

interface TreeProps {
  readonly document: JsonObject
  readonly marked: ReadonlyMap<string, readonly string[]>
}

/** A document as a tree; each value is a button that filters, excludes or makes it a column. */
export function DocTree({ document, marked }: TreeProps) {
  return (
    <ul class="tree">
      {Object.entries(document).map(([key, value]) => (
        <Branch key={key} name={key} keys={[key]} value={value} marked={marked} />
      ))}
    </ul>
  )
}

interface BranchProps {
  readonly name: string
  /** Names that lead here; places in lists are none, as queries know none. */
  readonly keys: readonly string[]
  readonly value: Json
  readonly marked: ReadonlyMap<string, readonly string[]>
}

function Branch({ name, keys, value, marked }: BranchProps) {
  const isList = Array.isArray(value)
  if (!isList && !isJsonObject(value)) {
    return (
      <li>
        <span class="tree-key">{visibleText(name)}</span>
        <Leaf path={pathOf(keys)} value={value} marked={marked} />
      </li>
    )
  }
  const size = isList ? value.length : Object.keys(value).length
  return (
    <li>
      <details open>
        <summary>
          <span class="tree-key">{visibleText(name)}</span>
          <span class="soft">{isList ? `[${size}]` : `{${size}}`}</span>
        </summary>
        <Items keys={keys} value={value} marked={marked} />
      </details>
    </li>
  )
}

function Items({
  keys,
  value,
  marked,
}: Omit<BranchProps, 'name' | 'value'> & { readonly value: JsonObject | Json[] }) {
  const isWhole = useSignal(false)
  const entries = Object.entries(value)
  const shown = isWhole.value ? entries : entries.slice(0, FIRST_ITEMS)
  return (
    <ul>
      {shown.map(([key, item]) => (
        <Branch
          key={key}
          name={key}
          keys={Array.isArray(value) ? keys : [...keys, key]}
          value={item}
          marked={marked}
        />
      ))}
      {shown.length < entries.length && (
        <li>
          <button type="button" class="quiet" onClick={() => (isWhole.value = true)}>
            {entries.length - shown.length} more
          </button>
        </li>
      )}
    </ul>
  )
}

interface LeafProps {
  readonly path: string
  readonly value: Json
  readonly marked: ReadonlyMap<string, readonly string[]>
}

function Leaf({ path, value, marked }: LeafProps) {
  const isWhole = useSignal(false)
  const plain = typeof value === 'string' ? value : value === null ? 'null' : plainText(value)
  // Of several values of one path the marks do not say which they are of.
  const found = marked.get(path)
  const own = found?.length === 1 && typeof value === 'string' ? found[0] : undefined
  const text = own ?? plain
  const isCut = !isWhole.value && text.length > FIRST_CHARS
  return (
    <>
      <button
        type="button"
        class={`tree-value ${typeof value === 'string' ? 'text' : 'other'}`}
        aria-haspopup="menu"
        onClick={(event) =>
          openMenu(event.currentTarget, menuTitle(path, value), valueMenu(path, value))
        }
      >
        <MarkedText text={isCut ? `${text.slice(0, FIRST_CHARS)}…` : text} />
      </button>
      {isCut && (
        <button type="button" class="quiet" onClick={() => (isWhole.value = true)}>
          all {text.length.toLocaleString('en')} characters
        </button>
      )}
    </>
  )
}
