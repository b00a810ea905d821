/*
 * Who will see a decision. Before anything is settled the screen names them.
 *
 * What lives here: the reading side of the class table (who may read which class, in which unit) applied to the people of this community.
 * What does not: the rule itself. The server enforces it; here it is only said, and said conservatively: whoever is not known to see it is
 * listed as not seeing it.
 */
import type { MemberItem, UnitItem } from '../generated/commands'

/** Roles that read a class in their own units. `office` reads all of these everywhere in the community. */
const READS: Record<string, readonly string[]> = {
  common: ['worker', 'part_time', 'building_head', 'assignee'],
  open: ['worker', 'part_time', 'building_head'],
  door: ['worker', 'part_time', 'building_head'],
  register: ['worker', 'part_time'],
  private: ['worker'],
  office: [],
}

export interface Sees {
  /** People of the office: at once. */
  office: string[]
  /** People on the street: when their phone next syncs. */
  later: string[]
  /** Roles by label that never see it. */
  never: string[]
}

/** A unit and everything above it. */
export function unitAndAbove(units: UnitItem[], id: string | null): Set<string> {
  const byId = new Map(units.map((u) => [u.id, u]))
  const out = new Set<string>()
  for (let at = id; at !== null && !out.has(at); at = byId.get(at)?.parent ?? null) out.add(at)
  return out
}

/** A unit and everything beneath it. */
export function unitAndBeneath(units: UnitItem[], id: string): Set<string> {
  const children = new Map<string, string[]>()
  for (const u of units) if (u.parent) children.set(u.parent, [...(children.get(u.parent) ?? []), u.id])
  const out = new Set<string>()
  const todo = [id]
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (out.has(at)) continue
    out.add(at)
    todo.push(...(children.get(at) ?? []))
  }
  return out
}

/** `building` is where the record lies; null reads as: somewhere in the community. */
export function whoSees(fieldClass: string, building: string | null, people: MemberItem[], units: UnitItem[]): Sees {
  const may = READS[fieldClass] ?? []
  const above = unitAndAbove(units, building)
  const out: Sees = { office: [], later: [], never: [] }
  for (const p of people) {
    if (p.role.code === 'office') out.office.push(p.name)
    else if (may.includes(p.role.code)) {
      if (building === null || above.has(p.unit)) out.later.push(p.name)
    } else if (!out.never.includes(p.role.label)) out.never.push(p.role.label)
  }
  out.office = [...new Set(out.office)]
  out.later = [...new Set(out.later)]
  return out
}
