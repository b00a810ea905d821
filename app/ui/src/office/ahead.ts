/*
 * The code of the rail's pages is fetched while nothing else is to do, so that a tap waits for rows alone.
 */
import type { Router } from 'vue-router'

/** Where a browser does not say when it idles. */
const LATER_MS = 2_000

type Loader = () => Promise<unknown>

/** Asks for the pages of these routes, one after the other. */
export function fetchAhead(router: Router, names: string[]): () => void {
  let isOver = false
  const run = async () => {
    for (const name of names) {
      const page = router.resolve({ name }).matched.at(-1)?.components?.default
      // a page that was opened is no loader any more; one that does not come will be asked for when it is wanted
      if (typeof page === 'function' && !isOver) await (page as Loader)().catch(() => undefined)
    }
  }
  const idle = window.requestIdleCallback as typeof window.requestIdleCallback | undefined
  const wait = idle ? idle(() => void run()) : setTimeout(() => void run(), LATER_MS)
  return () => {
    isOver = true
    if (idle) cancelIdleCallback(wait as number)
    else clearTimeout(wait)
  }
}
