// The device's own base map under a Leaflet map: tiles come from the engine, and nothing is fetched from anywhere else.
import L from 'leaflet'
import { call } from '../app/api'
import type { BaseMap } from '../generated/commands'

/** A picture in base64, or nothing where the file has none. */
const EngineTiles = L.GridLayer.extend({
  createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const img = document.createElement('img')
    img.alt = ''
    void call('get_tile', { z: coords.z, x: coords.x, y: coords.y })
      .then((tile) => {
        if (!tile.data) return done(undefined, img)
        img.onload = () => done(undefined, img)
        img.onerror = () => done(new Error('tile'), img)
        img.src = `data:${tile.mime};base64,${tile.data}`
      })
      .catch((raised) => done(raised as Error, img))
    return img
  },
}) as unknown as new (options: L.GridLayerOptions) => L.GridLayer

/** The layer of a base map, magnified up to `maxZoom`. */
export function tilesOf(base: BaseMap, maxZoom: number): L.GridLayer {
  const bounds = base.bounds ? L.latLngBounds([base.bounds.south, base.bounds.west], [base.bounds.north, base.bounds.east]) : undefined
  return new EngineTiles({ minNativeZoom: base.min_zoom, maxNativeZoom: base.max_zoom, maxZoom, className: 'gm-tiles', keepBuffer: 1, updateWhenZooming: false, ...(bounds ? { bounds } : {}) })
}
