// Where a person may go. Not enrolled: the first run. Locked: the keypad. Otherwise the area of the widest role, whose screens are loaded when needed:
// a building head's phone never downloads the office.

import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { onApiError } from './api'
import { useSession, type Area } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Which role's screens this is; absent: everybody's. */
    area?: Area
    /** May be shown while locked or before enrolment. */
    open?: boolean
  }
}

/** First page of each area. */
export const HOME: Record<Area, string> = { worker: '/w/today', head: '/h', office: '/o' }

const AREAS: Record<Area, () => Promise<RouteRecordRaw[]>> = {
  worker: async () => (await import('../worker/routes')).workerRoutes,
  head: async () => (await import('../head/routes')).headRoutes,
  office: async () => (await import('../office/routes')).officeRoutes,
}

const routes: RouteRecordRaw[] = [
  { path: '/welcome', name: 'welcome', component: () => import('../first-run/FirstRunPage.vue'), meta: { open: true } },
  { path: '/sign-in', name: 'sign-in', component: () => import('../node/SignInPage.vue'), meta: { open: true } },
  { path: '/lock', name: 'lock', component: () => import('../first-run/LockPage.vue'), meta: { open: true } },
  { path: '/lease', name: 'lease', component: () => import('../first-run/LeasePage.vue'), meta: { open: true } },
  { path: '/closed', name: 'closed', component: () => import('../first-run/ClosedPage.vue'), meta: { open: true } },
  { path: '/waiting', name: 'waiting', component: () => import('../first-run/WaitingPage.vue'), meta: { open: true } },
  { path: '/tray', name: 'tray', component: () => import('../tray/TrayPage.vue') },
  { path: '/node', name: 'node', component: () => import('../node/NodePage.vue') },
  { path: '/pin', name: 'pin', component: () => import('../me/PinPage.vue') },
  { path: '/print/:id/:sheet', name: 'print-case', component: () => import('../case/PrintPage.vue'), props: true },
  { path: '/prints/:ids', name: 'print-cases', component: () => import('../case/PrintPage.vue'), props: true },
  { path: '/:rest(.*)*', name: 'elsewhere', component: () => import('../first-run/LockPage.vue') },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

const added = new Set<Area>()

async function addArea(area: Area): Promise<void> {
  if (added.has(area)) return
  const records = await AREAS[area]()
  if (added.has(area)) return
  for (const record of records) router.addRoute({ ...record, meta: { area, ...record.meta } } as RouteRecordRaw)
  added.add(area)
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.who) await session.load()
  const who = session.who!
  // A shared machine: first who, then their PIN. One more may be added by whoever has an invite.
  if (who.node && !who.node.account) return to.name === 'sign-in' || to.name === 'welcome' ? true : { name: who.node.accounts.length ? 'sign-in' : 'welcome' }
  if (!who.enrolled) return to.name === 'welcome' ? true : { name: 'welcome' }
  if (who.locked) return to.name === 'lock' ? true : { name: 'lock', query: to.meta.open || to.name === 'elsewhere' ? {} : { next: to.fullPath } }
  if (!who.confirmed) return to.name === 'waiting' ? true : { name: 'waiting' }
  if (who.closed) return to.name === 'closed' ? true : { name: 'closed' }
  if (who.lease_over) return to.name === 'lease' ? true : { name: 'lease' }
  // Whoever opened the lock goes on where the lock fell.
  if (to.name === 'lock' && typeof to.query.next === 'string' && to.query.next.startsWith('/')) return to.query.next
  // First run shows the first sync after enrolment; it leaves by itself.
  if (to.name === 'welcome' && to.query.step === 'sync') return true
  await addArea(session.area)
  // Resolved before the area's routes were there: resolve again.
  if (to.name === 'elsewhere' && router.resolve(to.fullPath).name !== 'elsewhere') return to.fullPath
  if (to.meta.open || to.name === 'elsewhere' || (to.meta.area && to.meta.area !== session.area)) return HOME[session.area]
  return true
})

/** A closed store sends every page to the keypad; nothing is lost, the page comes back after the PIN. */
export function watchSession(): void {
  onApiError((error) => {
    const session = useSession()
    // The engine put what it holds away, or the server stopped this device: the page that says so stands in front.
    if (error.code === 'lease_over' || error.code === 'cloned') {
      void session.load().then(() => router.replace({ name: error.code === 'cloned' ? 'closed' : 'lease' }))
      return
    }
    if (error.code === 'revoked') void session.load().catch(() => undefined)
    if (error.code !== 'locked') return
    session.closed()
    const here = router.currentRoute.value
    if (here.name !== 'lock') void router.replace({ name: 'lock', query: { next: here.fullPath } })
  })
}
