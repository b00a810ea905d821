// A number that is tapped in the Android shell. A WebView does nothing with `tel:`, and the shell lets no page lead away; so the shell's plugin opens the
// dialler with the number in it, and the person presses the call. In a browser the link does its own work.

/** The number of a `tel:` link, without what is only there to be read. */
export function numberOf(href: string): string | null {
  if (!href.startsWith('tel:')) return null
  return decodeURIComponent(href.slice(4)).replace(/[\s()]/g, '') || null
}

const onAndroid = '__TAURI_INTERNALS__' in globalThis && /Android/.test(globalThis.navigator?.userAgent ?? '')

/** Takes the taps on numbers, on Android alone. */
export function dialNumbers(): void {
  if (!onAndroid) return
  document.addEventListener('click', (event) => {
    const number = numberOf((event.target as Element | null)?.closest?.('a[href^="tel:"]')?.getAttribute('href') ?? '')
    if (!number) return
    event.preventDefault()
    void import('@tauri-apps/api/core').then(({ invoke }) => invoke('plugin:phone|dial', { number })).catch(() => undefined)
  })
}
