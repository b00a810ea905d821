/*
 * What a filled table lacks: by person, and as it is asked for at the next visit.
 */
import type { FillGap } from '../../generated/commands'

export interface GapGroup {
  record: string
  household: string
  plate: string
  name: string
  labels: string[]
  keys: string[]
}

/** Gaps by person, in the order of the table. */
export function gapGroups(gaps: FillGap[]): GapGroup[] {
  const found = new Map<string, GapGroup>()
  for (const g of gaps) {
    const one = found.get(g.record) ?? { record: g.record, household: g.household, plate: g.plate, name: g.name, labels: [], keys: [] }
    if (!one.keys.includes(g.key)) {
      one.keys.push(g.key)
      one.labels.push(g.label)
    }
    found.set(g.record, one)
  }
  return [...found.values()]
}

/** What `ask_next_visit` takes. */
export function askItems(groups: GapGroup[]): Record<string, string[]> {
  return Object.fromEntries(groups.map((g) => [g.record, g.keys]))
}
