// What is left of a deadline, or how long it has passed, in the largest unit that still tells something; days as people count them, by the calendar. Pure;
// the words come from the locale files.

import { daysBetween } from './format'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

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
  return { key: `${way}_days`, n: Math.abs(daysBetween(due, now)) }
}
