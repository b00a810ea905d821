// What stands where on the map. Pure: a reply of `get_map` and the layers that are on become marks, rows of the list and the scheme.

import type { MapBuilding, MapReply, MapThing } from '../generated/commands'
import type { IconName } from '../ui'

export const LAYERS = ['due', 'cases', 'hubs', 'facilities', 'places', 'patrols'] as const
export type Layer = (typeof LAYERS)[number]
export type Layers = ReadonlySet<Layer>

export const LAYER_ICON: Record<Layer, IconName> = { due: 'tri', cases: 'flag', hubs: 'hub', facilities: 'bulb', places: 'pin', patrols: 'route' }

/** A count beside a building: its shape says what it counts. */
export interface Badge {
  layer: Layer
  icon: IconName
  n: number
  /** For the words that are read aloud. */
  said: 'over' | 'today' | 'cases' | 'hubs' | 'things'
}

/** What is counted at a building, in the order in which it is drawn. */
export function badgesOf(map: MapReply, building: MapBuilding, layers: Layers): Badge[] {
  const badges: Badge[] = []
  const put = (layer: Layer, icon: IconName, n: number, said: Badge['said']) => n > 0 && layers.has(layer) && badges.push({ layer, icon, n, said })
  put('due', 'tri', building.over, 'over')
  put('due', 'dot', building.today, 'today')
  // What has a position of its own is drawn there, not counted twice.
  put('cases', 'flag', map.cases.filter((one) => one.building === building.id && !one.at?.exact).length, 'cases')
  put('hubs', 'hub', building.hubs, 'hubs')
  for (const layer of ['facilities', 'places', 'patrols'] as const) put(layer, LAYER_ICON[layer], map[layer].filter((one) => one.building === building.id && !one.at?.exact).length, 'things')
  return badges
}

/** A thing drawn at its own position. */
export interface Mark {
  layer: Layer
  id: string
  name: string
  icon: IconName
  lng: number
  lat: number
  late: boolean
}

export function marksOf(map: MapReply, layers: Layers): Mark[] {
  const marks: Mark[] = []
  for (const layer of ['cases', 'facilities', 'places', 'patrols'] as const) {
    if (!layers.has(layer)) continue
    for (const one of map[layer]) {
      if (!one.at?.exact) continue
      const late = layer === 'cases' && 'due' in one && one.due.state === 'over'
      const faulty = layer === 'facilities' && 'kind' in one && (one as MapThing).state?.code === 'fault'
      marks.push({ layer, id: one.id, name: 'title' in one ? one.title : one.name, icon: LAYER_ICON[layer], lng: one.at.lng, lat: one.at.lat, late: late || faulty })
    }
  }
  return marks
}

/** Layers of which there is anything at all: an empty one is no choice. */
export function filledLayers(map: MapReply): Layer[] {
  const is: Record<Layer, boolean> = {
    due: map.buildings.some((one) => one.over + one.today > 0),
    cases: map.cases.length > 0,
    hubs: map.hubs.length > 0,
    facilities: map.facilities.length > 0,
    places: map.places.length > 0,
    patrols: map.patrols.length > 0,
  }
  return LAYERS.filter((layer) => is[layer])
}

export interface Block {
  name: string
  buildings: MapBuilding[]
}

/** Buildings by grid and estate, each in the order in which they are numbered. */
export function blocksOf(buildings: readonly MapBuilding[]): Block[] {
  const natural = new Intl.Collator('zh-CN', { numeric: true })
  const blocks = new Map<string, MapBuilding[]>()
  for (const one of buildings) {
    const name = [one.parent_name, one.estate].filter(Boolean).join(' · ')
    blocks.set(name, [...(blocks.get(name) ?? []), one])
  }
  return [...blocks]
    .sort(([a], [b]) => natural.compare(a, b))
    .map(([name, items]) => ({ name, buildings: items.sort((a, b) => natural.compare(a.number ?? a.name, b.number ?? b.name)) }))
}

/** How many buildings stand side by side in a row of this width. */
export function columnsFor(width: number, cell: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (cell + gap)))
}
