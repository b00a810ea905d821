/*
 * Times as the office says them.
 *
 * What lives here: ages (5 小时, 昨天). What is left of a deadline and the three groups of a queue are the same on the phone (app/left.ts,
 * case/groups.ts). What does not: the calendar of working hours; the engine has counted with it already and gives the deadline as a moment.
 * Words come from the locale files: these functions answer with a key and a number, so that they are the same in both languages.
 */
import { startOfDay } from '../../app/format'

export { leftOf, type Left } from '../../app/left'
export { queueByClock, type QueueGroup } from '../../case/groups'

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
