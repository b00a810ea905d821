// What the pages of places, facilities and patrol points share. Pure.

import type { AddSpotArgs, FacilityItem, PatrolItem, PlaceItem, SpotFile } from '../generated/commands'

export type SpotKind = 'patrol' | 'place' | 'facility'

/** What a check of it may say, the ordinary outcome first. */
export const OUTCOMES: Record<SpotKind, readonly string[]> = { patrol: ['clear', 'found', 'absent'], place: ['met', 'absent', 'found', 'refused'], facility: ['clear', 'found', 'absent'] }

export function kindOf(file: SpotFile): SpotKind {
  return file.patrol ? 'patrol' : file.place ? 'place' : 'facility'
}

export function spotOf(file: SpotFile): PatrolItem | PlaceItem | FacilityItem {
  return (file.patrol ?? file.place ?? file.facility)!
}

/** Where it is, in words: 3号楼 东侧. */
export function whereOf(spot: { building_name: string | null; address: string | null }): string {
  return [spot.building_name, spot.address].filter(Boolean).join(' ')
}

export interface Round {
  /** Null: points that belong to no round. */
  name: string | null
  points: PatrolItem[]
  /** Points that are over or due today. */
  left: number
}

/** Points as the engine ordered them, by round; what belongs to none comes last. */
export function rounds(points: readonly PatrolItem[]): Round[] {
  const byName = new Map<string | null, PatrolItem[]>()
  for (const point of points) byName.set(point.round, [...(byName.get(point.round) ?? []), point])
  const all = [...byName].map(([name, own]) => ({ name, points: own, left: own.filter((one) => ['over', 'today'].includes(one.due.state)).length }))
  return all.sort((a, b) => Number(a.name === null) - Number(b.name === null))
}

/** The next point of the same round after this one that is still due. */
export function nextPoint(points: readonly PatrolItem[], id: string): PatrolItem | null {
  const at = points.findIndex((one) => one.id === id)
  const round = points[at]?.round ?? null
  const due = (one: PatrolItem) => one.id !== id && one.round === round && !one.closed && ['over', 'today'].includes(one.due.state)
  return points.slice(at + 1).find(due) ?? points.find(due) ?? null
}

/** The fields of a form, by kind, in the order in which they are asked. */
export const FIELDS: Record<SpotKind, readonly string[]> = {
  patrol: ['round', 'order', 'every_days', 'address', 'form'],
  place: ['kind', 'address', 'contact', 'phone', 'note'],
  facility: ['kind', 'state', 'address', 'count', 'note'],
}
export const NUMBERS: readonly string[] = ['order', 'every_days', 'count']

/** A form's texts as the engine takes them: numbers as numbers, empty as nothing. */
export function asEdit(texts: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.trim() === '' ? null : NUMBERS.includes(key) ? Number(text) : text.trim()]))
}

/** What adds a spot; empty fields are left out. */
export function addArgs(name: string, building: string | null, texts: Record<string, string>, at: { lng: number; lat: number } | null): AddSpotArgs {
  const edit = Object.fromEntries(Object.entries(asEdit(texts)).filter(([, value]) => value !== null)) as AddSpotArgs['edit']
  return { name: name.trim(), edit, ...(building ? { building } : {}), ...(at ?? {}) }
}
