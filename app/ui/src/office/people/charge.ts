/*
 * Who is in charge, unit by unit: memberships gathered under the grid (or the community) they belong to, terms and previews as words to say.
 * Pure; what is said comes from the locale.
 */
import { beijing, dateOf } from '../../app/format'
import type { GrantsPreview, MembershipItem, UnitItem, UnitName } from '../../generated/commands'

/** What can be moved; the area of a grid (what stands in no building) stays with it. */
const LEAVES = ['building', 'alley']
const GRIDS = ['grid', 'micro_grid']
/** Where memberships are gathered: the nearest of these at or above their unit. */
const HEADS = [...GRIDS, 'community', 'street', 'district']
const ROLES = ['office', 'worker', 'part_time', 'building_head', 'assignee']
const DAY_MS = 86_400_000
/** Units named before the rest is only counted. */
const NAMED = 4

export const isGrid = (u: UnitItem) => GRIDS.includes(u.kind.code)
export const isLeaf = (u: UnitItem) => LEAVES.includes(u.kind.code)

export interface ChargeGroup {
  unit: UnitItem
  members: MembershipItem[]
  /** Buildings and lanes right beneath it. */
  places: UnitItem[]
  /** Nobody works in this grid. */
  isGap: boolean
}

/** The community first, then its grids as they are numbered; closed grids last. What has neither people nor grids is left out. */
export function groupsOf(units: readonly UnitItem[], members: readonly MembershipItem[], gaps: readonly UnitName[]): ChargeGroup[] {
  const byId = new Map(units.map((u) => [u.id, u]))
  const headOf = (id: string): string | null => {
    const seen = new Set<string>()
    for (let at = byId.get(id); at && !seen.has(at.id); at = at.parent ? byId.get(at.parent) : undefined) {
      if (HEADS.includes(at.kind.code)) return at.id
      seen.add(at.id)
    }
    return null
  }
  const of = new Map<string, MembershipItem[]>()
  for (const m of members) {
    const head = headOf(m.unit)
    if (head) of.set(head, [...(of.get(head) ?? []), m])
  }
  const rank = (m: MembershipItem) => { const i = ROLES.indexOf(m.role.code); return i < 0 ? ROLES.length : i }
  const order = (u: UnitItem) => (u.closed ? 9 : isGrid(u) ? 2 : u.kind.code === 'community' ? 0 : 1)
  return units
    .filter((u) => HEADS.includes(u.kind.code) && (isGrid(u) || of.has(u.id)))
    .sort((a, b) => order(a) - order(b) || (a.code ?? a.name).localeCompare(b.code ?? b.name, 'zh-CN'))
    .map((unit) => ({ unit, members: (of.get(unit.id) ?? []).sort((a, b) => rank(a) - rank(b)), places: units.filter((u) => u.parent === unit.id && isLeaf(u) && !u.closed), isGap: gaps.some((g) => g.id === unit.id) }))
}

/** `YYYY-MM-DD` of the Beijing day that holds `ms`. */
export function dayText(ms: number): string {
  return beijing(ms).toISOString().slice(0, 10)
}

/** The last day of a time of `days` days that begins on `first`, or today. */
export function lastDay(first: string, days: number, now = Date.now()): string {
  return dayText((first ? dateOf(first) : now) + (days - 1) * DAY_MS)
}

type Say = (key: string, named?: Record<string, unknown>) => string

/** Names, the first few, and how many there are in all. */
export function namesOf(units: readonly UnitName[], t: Say): string {
  const shown = units.map((u) => u.name).sort((a, b) => a.localeCompare(b, 'zh-CN', { numeric: true })).slice(0, NAMED).join(t('charge.sep'))
  return units.length > NAMED ? t('charge.and_more', { names: shown, n: units.length }) : shown
}

/** The area of a grid goes wherever the grid goes: it is not named beside the buildings, unless it is all there is. */
export function withoutAreas(preview: GrantsPreview, units: readonly UnitItem[]): GrantsPreview {
  const areas = new Set(units.filter((u) => u.kind.code === 'area').map((u) => u.id))
  const places = (all: UnitName[]) => (all.some((u) => !areas.has(u.id)) ? all.filter((u) => !areas.has(u.id)) : all)
  return { ...preview, people: preview.people.map((p) => ({ ...p, gains: places(p.gains), loses: places(p.loses) })) }
}

/** Who gains and who loses what, a line each. */
export function linesOf(preview: GrantsPreview, t: Say): { id: string; gains: boolean; text: string; unsent: string }[] {
  return preview.people.flatMap((p) => [
    ...(p.gains.length ? [{ id: `${p.person} +`, gains: true, text: t('charge.gains', { name: p.name, units: namesOf(p.gains, t) }), unsent: '' }] : []),
    ...(p.loses.length ? [{ id: `${p.person} -`, gains: false, text: t('charge.loses', { name: p.name, units: namesOf(p.loses, t) }), unsent: p.unsent ? t('charge.unsent_of', { n: p.unsent }) : '' }] : []),
  ])
}
