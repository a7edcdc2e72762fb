import { useSignal } from '@preact/signals'

interface DraftInputProps {
  readonly value: string
  /** Which keys a phone shows. */
  readonly inputMode: 'text' | 'numeric'
  readonly class: string
  readonly onCommit: (text: string) => void
}

/** An input whose text is the user's until it is left or Enter is pressed: what is drawn again meanwhile, as
 *  an answer arrives, does not take it back. */
export function DraftInput({ value, inputMode, class: name, onCommit }: DraftInputProps) {
  const draft = useSignal<string | undefined>(undefined)
  return (
    <input
      type="text"
      inputMode={inputMode}
      class={name}
      value={draft.value ?? value}
      onInput={(event) => (draft.value = event.currentTarget.value)}
      onChange={(event) => onCommit(event.currentTarget.value)}
      onBlur={() => (draft.value = undefined)}
    />
  )
}
