/*
 * To whom a case can be given: the lead department of its matter, the workers of its grid, the assignees (property, firms) and the building
 * head, in this order. Of a matter that the community only reports, its own people are never offered: the engine would refuse them.
 * Only names; the case itself carries who it was given to as words.
 */
import type { MemberItem, UnitItem } from '../generated/commands'
import { unitAndAbove } from './sees'

/** `MatterItem.community_duty` of a matter that nobody of the community is made owner of. */
export const REPORT_ONLY = '只报'

export interface Assignee {
  /** As it is written into the step. */
  name: string
  role: 'lead' | 'worker' | 'assignee' | 'building_head'
  /** Unit or department, for the second line. */
  where: string
}

const ORDER: Record<string, Assignee['role']> = { worker: 'worker', part_time: 'worker', assignee: 'assignee', building_head: 'building_head' }

/** At most `max`; whoever is not of this place is left out, except assignees, who work for the whole community. */
export function assigneesOf(lead: string | null, building: string | null, people: MemberItem[], units: UnitItem[], onlyReported = false, max = 6): Assignee[] {
  const out: Assignee[] = lead ? [{ name: lead, role: 'lead', where: '' }] : []
  const above = unitAndAbove(units, building)
  const rank = ['worker', 'assignee', 'building_head']
  const local = people
    .filter((p) => !onlyReported || p.role.code === 'assignee')
    .filter((p) => ORDER[p.role.code] !== undefined && (p.role.code === 'assignee' || building === null ? p.role.code !== 'building_head' : above.has(p.unit)))
    .map((p) => ({ name: p.name, role: ORDER[p.role.code]!, where: p.unit_name }))
    .sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role))
  for (const p of local) if (!out.some((o) => o.name === p.name)) out.push(p)
  return out.slice(0, max)
}
