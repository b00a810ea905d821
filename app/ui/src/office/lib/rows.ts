/*
 * Rows of the ledger: sorting, pure. The engine answers in walking order, which is the order of the unsorted table.
 */
import type { HouseholdItem } from '../../generated/commands'

export type SortKey = 'plate' | 'head' | 'people' | 'oldest' | 'tier' | 'due' | 'visited' | 'open'
export interface Sort {
  key: SortKey
  down: boolean
}

const TIERS = ['red', 'yellow', 'green', 'general']
const names = new Intl.Collator('zh-CN-u-co-pinyin')

/** What a row is sorted by; null goes to the end whichever way. */
function value(h: HouseholdItem, key: SortKey): number | string | null {
  switch (key) {
    case 'plate': return null
    case 'head': return h.head_name
    case 'people': return h.people
    case 'oldest': return h.oldest
    case 'tier': return TIERS.indexOf(h.tier.code) < 0 ? TIERS.length : TIERS.indexOf(h.tier.code)
    case 'due': return h.due.date
    case 'visited': return h.visited_at
    case 'open': return h.conflicts + h.held + h.open_cases
  }
}

/** Sorted copy; equal rows keep walking order. By plate is walking order itself. */
export function sortRows(rows: HouseholdItem[], sort: Sort | null): HouseholdItem[] {
  if (!sort || (sort.key === 'plate' && !sort.down)) return rows
  if (sort.key === 'plate') return [...rows].reverse()
  const sign = sort.down ? -1 : 1
  return rows
    .map((h, i) => ({ h, i, v: value(h, sort.key) }))
    .sort((a, b) => {
      if (a.v === null || b.v === null) return a.v === b.v ? a.i - b.i : a.v === null ? 1 : -1
      const by = typeof a.v === 'number' && typeof b.v === 'number' ? a.v - b.v : typeof a.v === 'string' && typeof b.v === 'string' && sort.key === 'head' ? names.compare(a.v, b.v) : a.v < b.v ? -1 : a.v > b.v ? 1 : 0
      return by * sign || a.i - b.i
    })
    .map((x) => x.h)
}

/** The next state of a pressed column head: up, down, walking order. */
export function nextSort(now: Sort | null, key: SortKey): Sort | null {
  if (now?.key !== key) return { key, down: key === 'oldest' || key === 'open' || key === 'people' }
  const first = key === 'oldest' || key === 'open' || key === 'people'
  return now.down === first ? { key, down: !first } : null
}
