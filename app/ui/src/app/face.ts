// 当面模式: while a visit sheet is open the resident looks at the same screen, so private facts (age, tags, tier, due, notes) leave it. CSS hides whatever
// is marked `data-private`; the eye brings the facts into the sheet for ten seconds and says so.

import { onScopeDispose, ref } from 'vue'

/** How long the eye stays open. */
export const PEEK_MS = 10_000

let open = 0

/** Takes private facts off the screen until the returned function is called. */
export function hidePrivate(): () => void {
  open += 1
  document.documentElement.dataset.face = 'on'
  let done = false
  return () => {
    if (done) return
    done = true
    open -= 1
    if (open === 0) delete document.documentElement.dataset.face
  }
}

/** A look of ten seconds; `left` counts down. */
export function usePeek() {
  const left = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined
  function stop(): void {
    clearInterval(timer)
    left.value = 0
  }
  function peek(): void {
    clearInterval(timer)
    left.value = PEEK_MS / 1000
    timer = setInterval(() => {
      left.value -= 1
      if (left.value <= 0) stop()
    }, 1000)
  }
  onScopeDispose(stop)
  return { left, peek, stop }
}
