/*
 * Times as the office says them, and cases in the order of their clocks.
 *
 * What lives here: ages (5 小时, 昨天), dated times (11 月 20 日 09:12), what is left of a deadline, and the three groups of the queue.
 * What does not: the calendar of working hours; the engine has counted with it already and gives the deadline as a moment.
 * Words come from the locale files: these functions answer with a key and a number, so that they are the same in both languages.
 */
import { startOfDay } from '../../app/format'
import type { CaseItem } from '../../generated/commands'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A key of `office.age.*` with its number. */
export interface Age {
  key: 'now' | 'minutes' | 'hours' | 'yesterday' | 'days'
  n: number
}

const dayOf = (ms: number): number => Math.floor(startOfDay(ms) / DAY)

/** How long ago. Within the same day in hours, then by calendar days, as people count. */
export function ageOf(at: number, now: number): Age {
  const ms = Math.max(0, now - at)
  if (ms < MINUTE) return { key: 'now', n: 0 }
  if (ms < HOUR) return { key: 'minutes', n: Math.floor(ms / MINUTE) }
  const days = dayOf(now) - dayOf(at)
  if (days <= 0 || ms < 6 * HOUR) return { key: 'hours', n: Math.floor(ms / HOUR) }
  if (days === 1) return { key: 'yesterday', n: 1 }
  return { key: 'days', n: days }
}

/** A key of `office.left.*` with its number: what is left of a deadline, or how long it has passed. */
export interface Left {
  key: 'none' | 'left_minutes' | 'left_hours' | 'left_days' | 'over_minutes' | 'over_hours' | 'over_days'
  n: number
}

export function leftOf(due: number | null, now: number): Left {
  if (due === null) return { key: 'none', n: 0 }
  const ms = Math.abs(due - now)
  const way = due >= now ? 'left' : 'over'
  if (ms < HOUR) return { key: `${way}_minutes`, n: Math.max(1, Math.round(ms / MINUTE)) }
  if (ms < DAY) return { key: `${way}_hours`, n: Math.floor(ms / HOUR) }
  return { key: `${way}_days`, n: Math.floor(ms / DAY) }
}

export type QueueGroup = 'over' | 'today' | 'later'

/** The queue by clock: past its time, today, later; inside each the nearest deadline first, and what has none at the end. */
export function queueByClock(items: CaseItem[], now: number): { group: QueueGroup; items: CaseItem[] }[] {
  const end = startOfDay(now) + DAY
  const groupOf = (c: CaseItem): QueueGroup => {
    if (c.due_at === null) return 'later'
    if (c.due_at < now) return 'over'
    return c.due_at < end ? 'today' : 'later'
  }
  const byDue = (a: CaseItem, b: CaseItem) => (a.due_at ?? Infinity) - (b.due_at ?? Infinity) || a.opened_at - b.opened_at || (a.id < b.id ? -1 : 1)
  return (['over', 'today', 'later'] as const)
    .map((group) => ({ group, items: items.filter((c) => groupOf(c) === group).sort(byDue) }))
    .filter((g) => g.items.length > 0)
}
