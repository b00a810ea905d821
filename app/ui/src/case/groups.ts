// Cases in the order of their clocks: past their time, today, later. Pure; the office's queue and the worker's 办事 are the same.

import { startOfDay } from '../app/format'
import type { CaseItem } from '../generated/commands'

const DAY_MS = 86_400_000

export type QueueGroup = 'over' | 'today' | 'later'

/** Which moment a list goes by: the deadline, or when a call back is due. */
export type Moment = (item: CaseItem) => number | null

/** The nearest first in each group, and what has no deadline at the end. */
export function queueByClock(items: readonly CaseItem[], now: number, at: Moment = (item) => item.due_at): { group: QueueGroup; items: CaseItem[] }[] {
  const end = startOfDay(now) + DAY_MS
  const groupOf = (item: CaseItem): QueueGroup => {
    const due = at(item)
    if (due === null) return 'later'
    if (due < now) return 'over'
    return due < end ? 'today' : 'later'
  }
  const byDue = (a: CaseItem, b: CaseItem) => (at(a) ?? Infinity) - (at(b) ?? Infinity) || a.opened_at - b.opened_at || (a.id < b.id ? -1 : 1)
  return (['over', 'today', 'later'] as const)
    .map((group) => ({ group, items: items.filter((item) => groupOf(item) === group).sort(byDue) }))
    .filter((one) => one.items.length > 0)
}

/** What occurs in a list, with how often, the most frequent first: for the chips above it. */
export function occurring<T extends { label: string }>(all: readonly T[]): (T & { n: number })[] {
  const found = new Map<string, T & { n: number }>()
  for (const one of all) {
    const known = found.get(one.label)
    if (known) known.n += 1
    else found.set(one.label, { ...one, n: 1 })
  }
  return [...found.values()].sort((a, b) => b.n - a.n)
}
