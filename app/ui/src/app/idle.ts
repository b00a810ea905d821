// The lock of the screen. A page that nobody touched, or that nobody saw, for as long as the engine keeps its store open is locked; it is blank before it
// is seen again. The engine locks by itself too (and tells); here is what only the page knows: a finger on it, and whether it is in view.


/** As the engine's own limit: five minutes. */
export const IDLE_LOCK_MS = 5 * 60_000
/** A hand on the screen is told to the engine at most this often. */
export const TOUCH_EVERY_MS = 60_000

export interface IdleActs {
  /** Is there anything to lock? */
  isOpen: () => boolean
  /** Takes everything off the screen, in this very moment. */
  blank: () => void
  /** Closes the store. */
  lock: () => void
  /** Somebody is here. */
  touched: () => void
}

/** Pure: what is to be done `now`, when the screen was last touched at `touched` and left view at `hidden` (null: in view). */
export function isIdle(now: number, touched: number, hidden: number | null): boolean {
  return now - Math.max(touched, hidden ?? 0) >= IDLE_LOCK_MS
}

/** Watches this page until the returned function is called. A page inside another page (the demo) is the other's business. */
export function watchIdle(acts: IdleActs, doc: Document = document, win: Window = window): () => void {
  if (win.parent !== win) return () => undefined
  let touched = Date.now()
  let told = touched
  let hidden: number | null = doc.hidden ? touched : null
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    clearTimeout(timer)
    const now = Date.now()
    if (acts.isOpen() && isIdle(now, touched, hidden)) {
      acts.blank()
      acts.lock()
    }
    const left = IDLE_LOCK_MS - (now - Math.max(touched, hidden ?? 0))
    timer = setTimeout(look, left > 0 ? left : IDLE_LOCK_MS)
  }
  function touch(): void {
    touched = Date.now()
    if (touched - told >= TOUCH_EVERY_MS && acts.isOpen()) {
      told = touched
      acts.touched()
    }
  }
  function seen(): void {
    if (doc.hidden) hidden = Date.now()
    look()
    if (!doc.hidden) {
      hidden = null
      touched = Date.now()
      look()
    }
  }
  const HANDS = ['pointerdown', 'keydown', 'input', 'scroll'] as const
  for (const what of HANDS) doc.addEventListener(what, touch, { capture: true, passive: true })
  doc.addEventListener('visibilitychange', seen)
  win.addEventListener('pageshow', seen)
  look()
  return () => {
    clearTimeout(timer)
    for (const what of HANDS) doc.removeEventListener(what, touch, { capture: true })
    doc.removeEventListener('visibilitychange', seen)
    win.removeEventListener('pageshow', seen)
  }
}

