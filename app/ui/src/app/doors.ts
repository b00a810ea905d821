// A building drawn as itself: floors from the top, doors in columns that line up. Pure, so that odd buildings (lanes, towers, gaps) are tested.

import type { HouseholdItem } from '../generated/commands'

/** At most this many doors side by side; a longer corridor wraps under the same floor number. */
export const DOORS_IN_A_ROW = 6

export interface Floor {
  /** Null: a lane, or doors whose number tells no floor. */
  floor: number | null
  /** Doors left to right; null is a gap, so that columns line up. */
  doors: (HouseholdItem | null)[]
}

export interface Elevation {
  floors: Floor[]
  columns: number
  /** Column after which the stair core is drawn, or 0 for none. */
  stairAfter: number
}

/** `501` → `01`: the place of a door on its floor. */
function placeOnFloor(item: HouseholdItem): string {
  const digits = /(\d+)\D*$/.exec(item.door)?.[1] ?? item.door
  return digits.length > 2 ? digits.slice(-2) : digits
}

const natural = new Intl.Collator('zh-CN', { numeric: true })

/** Orders plates as one walks: building, then unit, then door, by number where there is one. */
export function byPlate(a: { plate: string }, b: { plate: string }): number {
  return natural.compare(a.plate, b.plate)
}

/** Arranges the doors of one staircase (or lane). */
export function elevation(items: readonly HouseholdItem[], most = DOORS_IN_A_ROW): Elevation {
  const known = items.filter((item) => item.floor !== null)
  if (known.length < items.length / 2) {
    return { floors: [{ floor: null, doors: [...items].sort(byPlate) }], columns: Math.min(most, 4, Math.max(1, items.length)), stairAfter: 0 }
  }
  const byFloor = new Map<number | null, HouseholdItem[]>()
  for (const item of items) byFloor.set(item.floor, [...(byFloor.get(item.floor) ?? []), item])
  const order = [...byFloor.keys()].sort((a, b) => (b ?? -Infinity) - (a ?? -Infinity))
  const places = [...new Set(known.map(placeOnFloor))].sort(natural.compare)
  const linesUp = places.length <= most && order.every((floor) => floor === null || new Set(byFloor.get(floor)!.map(placeOnFloor)).size === byFloor.get(floor)!.length)
  const widest = Math.max(...[...byFloor.values()].map((doors) => doors.length))
  // A corridor longer than a row is cut into rows of the same length: eight doors are four and four, not six and two.
  const columns = linesUp ? places.length : Math.ceil(widest / Math.ceil(widest / most))
  const floors = order.map((floor) => {
    const doors = [...byFloor.get(floor)!].sort(byPlate)
    if (!linesUp || floor === null) return { floor, doors }
    return { floor, doors: places.map((place) => doors.find((item) => placeOnFloor(item) === place) ?? null) }
  })
  return { floors, columns, stairAfter: linesUp && columns >= 2 && columns <= 4 ? Math.ceil(columns / 2) : 0 }
}
