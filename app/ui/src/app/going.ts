// Where a page goes after its own work is done: back to where it was opened from, or on. Whoever has gone elsewhere meanwhile stays there: saving takes
// a moment, and a page that is being left takes nobody along.
import { onBeforeUnmount } from 'vue'
import { onBeforeRouteLeave, useRouter, type RouteLocationRaw } from 'vue-router'

/**
 * `back(up)` goes back, or to `up` where this page was opened first; `on(to)` replaces this page. Both do nothing once this page is being left, and
 * `back` says so with `false`.
 */
export function useGoing() {
  const router = useRouter()
  let isHere = true
  onBeforeRouteLeave(() => {
    isHere = false
  })
  // A navigation that another guard stopped leaves the page where it was.
  const stop = router.afterEach((_to, _from, failure) => {
    if (failure) isHere = true
  })
  onBeforeUnmount(() => {
    isHere = false
    stop()
  })
  return {
    back(up?: RouteLocationRaw): boolean {
      if (!isHere) return false
      if (window.history.state?.back) router.back()
      else if (up) void router.replace(up)
      return true
    },
    async on(to: RouteLocationRaw): Promise<void> {
      if (isHere) await router.replace(to)
    },
  }
}
