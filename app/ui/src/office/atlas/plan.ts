// A plan of a redrawing on this page: steps, words for them, points of a boundary. Pure: what is right and what it comes to, only the engine says.

import type { Datum, PlanChange, PlanGrid } from '../../generated/commands'

export type Point = [number, number]
export type Tool = 'shape' | 'split' | 'merge' | 'attach' | 'make'
export const TOOLS: readonly Tool[] = ['shape', 'split', 'merge', 'attach', 'make']

/** What is kept as the draft. */
export interface PlanDraft {
  changes: PlanChange[]
  /** In which the points of its boundaries are; absent: WGS-84. */
  datum?: Datum
}

/** Metres north and east that one press of an arrow key moves a point. */
export const STEP_M = 1
export const STEP_FAR_M = 10
/** Points of a boundary that the engine keeps. */
export const POINTS_MAX = 360

/** A boundary as GeoJSON: the ring is closed by its first point. */
export function polygonOf(points: readonly Point[]): { type: 'Polygon'; coordinates: Point[][] } {
  return { type: 'Polygon', coordinates: [[...points, points[0]!]] }
}

/** The ring that is edited: the outer one of the largest piece. */
export function ringOf(shape: PlanGrid['shape']): Point[] {
  const rings = (shape ?? []).map((polygon) => polygon[0] ?? [])
  const largest = rings.reduce<[number, number][]>((most, ring) => (ring.length > most.length ? ring : most), [])
  return largest.map(([lng, lat]) => [lng, lat])
}

/** A point moved by metres on the ground. */
export function moved([lng, lat]: Point, east: number, north: number): Point {
  const latM = 111_195
  return [round(lng + east / (latM * Math.max(0.01, Math.cos((lat * Math.PI) / 180)))), round(lat + north / latM)]
}

/** As precise as a boundary is kept. */
export const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6

/** Where a point that was tapped belongs: into the nearest edge of a ring, at the end of a line. */
export function placeFor(points: readonly Point[], at: Point, closed: boolean): number {
  if (!closed || points.length < 3) return points.length
  let best = points.length
  let least = Infinity
  for (let n = 0; n < points.length; n += 1) {
    const far = distance(at, points[n]!, points[(n + 1) % points.length]!)
    if (far < least) [least, best] = [far, n + 1]
  }
  return best
}

/** From a point to an edge, in degrees with longitude as narrow as it is here. */
function distance(p: Point, a: Point, b: Point): number {
  const narrow = Math.cos((p[1] * Math.PI) / 180)
  const [px, py, ax, ay, bx, by] = [p[0] * narrow, p[1], a[0] * narrow, a[1], b[0] * narrow, b[1]]
  const [dx, dy] = [bx - ax, by - ay]
  const along = dx || dy ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy))) : 0
  return Math.hypot(px - ax - along * dx, py - ay - along * dy)
}

/** Is a place inside a ring? For choosing by a loop drawn around; what belongs where only the engine says. */
export function isInside(ring: readonly Point[], [x, y]: Point): boolean {
  let inside = false
  for (let n = 0, before = ring.length - 1; n < ring.length; before = n, n += 1) {
    const [ax, ay] = ring[n]!
    const [bx, by] = ring[before]!
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** A key for the next grid that a plan makes. */
export function nextKey(changes: readonly PlanChange[]): string {
  const used = new Set(changes.map((one) => ('key' in one ? one.key : '')))
  let n = 1
  while (used.has(`new${n}`)) n += 1
  return `new${n}`
}

/** Open grids, those that have households to remark first in their order. */
export const openGrids = (grids: readonly PlanGrid[]): PlanGrid[] => grids.filter((one) => !one.is_closed)

/** Micro-grids that a cut runs through, each with what went, where to, and where it stands. */
export function cutMicros(grids: readonly PlanGrid[]): { micro: PlanGrid; to: string; toName: string; from: PlanGrid | null; units: string[] }[] {
  return grids.flatMap((micro) => {
    const check = micro.checks.find((one) => one.code === 'straddles')
    if (!check?.grid) return []
    return [{ micro, to: check.grid, toName: check.name ?? '', from: grids.find((one) => one.key === micro.parent) ?? null, units: check.units.map((u) => u.name) }]
  })
}

type T = (key: string, named?: Record<string, unknown>, n?: number) => string

/** A step in words. */
export function wordsOf(change: PlanChange, name: (id: string) => string, t: T): string {
  const n = 'units' in change ? (change.units?.length ?? 0) : 0
  switch (change.do) {
    case 'make': return t('atlas.said.make', { name: change.name })
    case 'split': return t('atlas.said.split', { grid: name(change.grid), name: change.name })
    case 'merge': return t('atlas.said.merge', { grids: change.grids.filter((id) => id !== change.into).map(name).join('、'), into: name(change.into) })
    case 'attach': return t('atlas.said.attach', { n, grid: name(change.grid) }, n)
    case 'micro': return change.into ? t('atlas.said.micro', { micro: name(change.micro), grid: name(change.into) }) : t('atlas.said.micro_parts', { micro: name(change.micro) })
    case 'shape': return t(change.shape ? 'atlas.said.shape' : 'atlas.said.unshape', { grid: name(change.grid) })
    case 'close': return t('atlas.said.close', { grid: name(change.grid), into: name(change.into) })
  }
}
