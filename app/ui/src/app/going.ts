// Where a page goes by itself: back to where it was opened from, on, or to another item of its own. Whoever has gone elsewhere meanwhile stays there:
// saving takes a moment, a list reloads after each change, and a page that is being left takes nobody along and calls nobody back.
import { onBeforeUnmount } from 'vue'
import { isNavigationFailure, NavigationFailureType, onBeforeRouteLeave, useRouter, type RouteLocationRaw } from 'vue-router'

/** `back(up)` goes back, or to `up` where this page was opened first; `on(to)` replaces what stands here. Both do nothing once this page is being left. */
export function useGoing() {
  const router = useRouter()
  const own = router.currentRoute.value.matched.at(-1)
  let isHere = true
  onBeforeRouteLeave(() => {
    isHere = false
  })
  const stop = router.afterEach((to, _from, failure) => {
    if (!failure) isHere = own !== undefined && to.matched.includes(own)
    // another guard stopped it, and this page stands where it was; one that a newer one took the place of says nothing
    else if (isNavigationFailure(failure, NavigationFailureType.aborted)) isHere = true
  })
  onBeforeUnmount(() => {
    isHere = false
    stop()
  })
  return {
    back(up?: RouteLocationRaw): void {
      if (!isHere) return
      if (window.history.state?.back) router.back()
      else if (up) void router.replace(up)
    },
    async on(to: RouteLocationRaw): Promise<void> {
      if (isHere) await router.replace(to)
    },
  }
}
