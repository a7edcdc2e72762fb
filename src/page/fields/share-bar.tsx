/** A share as a bar; whoever draws it writes the number beside it. */
export function ShareBar({ share }: { readonly share: number }) {
  const percent = `${Math.max(0, Math.min(1, share)) * 100}%`
  return (
    <svg class="share-bar" aria-hidden="true">
      <rect class="share-rest" width="100%" height="100%" rx="2" />
      <rect class="share-part" width={percent} height="100%" rx="2" />
    </svg>
  )
}

/** `93 %`; what is little is not nothing, and nearly all is not all. */
export function percentText(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 1) return '<1 %'
  return percent > 99 && percent < 100 ? '>99 %' : `${Math.round(percent)} %`
}
