/*
 * What 派单 shows of the queue: by clock, level, lead department, matter, grid, who has it, and what was handed up. In the address, so that a
 * colleague opens the same view.
 *
 * What lives here: which cases fit, and what there is to choose from. What does not: the queue's own order, and drawing.
 */
import type { CaseItem, Coded, UnitItem } from '../../generated/commands'

export const FACETS = ['clock', 'level', 'lead', 'matter', 'community', 'grid', 'assignee', 'from'] as const
export type Facet = (typeof FACETS)[number]
export type Filters = Partial<Record<Facet, string>>

export interface Option {
  value: string
  /** As people read it; a coded one brings its own words. */
  text: string
  coded?: Coded
  n: number
}

/** The unit of a kind above a building, or the unit itself. */
export function unitOf(unit: string | null, units: readonly UnitItem[], kind = 'grid'): UnitItem | null {
  const byId = new Map(units.map((u) => [u.id, u]))
  for (let at = unit ? byId.get(unit) : undefined, n = 0; at && n < 12; at = at.parent ? byId.get(at.parent) : undefined, n += 1) if (at.kind.code === kind) return at
  return null
}

/** How a case stands to its deadline. */
export const clockOf = (c: CaseItem, now: number): string => (c.due_at === null ? 'none' : c.due_at < now ? 'over' : c.due.state === 'today' ? 'today' : 'later')

/** One facet of a case; absent where it has none. */
function facet(c: CaseItem, of: Facet, now: number, units: readonly UnitItem[]): { value: string; text: string; coded?: Coded } | null {
  switch (of) {
    case 'clock': return { value: clockOf(c, now), text: '' }
    case 'level': return { value: c.level.code, text: c.level.label, coded: c.level }
    case 'lead': return c.lead ? { value: c.lead, text: c.lead } : null
    case 'matter': return { value: c.matter.code, text: c.matter.label, coded: c.matter }
    case 'community': case 'grid': { const g = unitOf(c.building, units, of); return g ? { value: g.id, text: g.name } : null }
    case 'assignee': return c.assignee ? { value: c.assignee, text: c.assignee } : null
    case 'from': return c.by_share ? { value: 'shared', text: '' } : null
  }
}

/** The cases that fit every facet that is chosen. */
export function fitting(all: readonly CaseItem[], chosen: Filters, now: number, units: readonly UnitItem[]): CaseItem[] {
  const asked = FACETS.filter((f) => chosen[f])
  return all.filter((c) => asked.every((f) => facet(c, f, now, units)?.value === chosen[f]))
}

/** What occurs of a facet among these, the most frequent first. */
export function optionsOf(all: readonly CaseItem[], of: Facet, now: number, units: readonly UnitItem[]): Option[] {
  const found = new Map<string, Option>()
  for (const c of all) {
    const one = facet(c, of, now, units)
    if (!one) continue
    const known = found.get(one.value)
    if (known) known.n += 1
    else found.set(one.value, { ...one, n: 1 })
  }
  return [...found.values()].sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1))
}
