// Where this device is, once, because somebody pressed for it. Nothing is watched and nothing is kept: the answer goes to whoever asked.

export interface Here {
  lng: number
  lat: number
  /** Metres within which it is meant. */
  accuracy: number
}

/** `refused`: the person or the system said no. `none`: there is no position to be had. */
export class NoPosition extends Error {
  constructor(readonly why: 'refused' | 'none') {
    super(why)
  }
}

/** In a stairwell a first fix takes long; after that a person would rather go on. */
const WAIT_MS = 15_000
/** A fix of a moment ago is the same place. */
const AGE_MS = 30_000
const REFUSED = 1

export function whereAmI(): Promise<Here> {
  return new Promise((found, failed) => {
    if (!globalThis.navigator?.geolocation) return failed(new NoPosition('none'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Desktops without a receiver answer with zeroes instead of an error.
        if (!Number.isFinite(coords.longitude) || !Number.isFinite(coords.latitude) || (coords.longitude === 0 && coords.latitude === 0)) return failed(new NoPosition('none'))
        found({ lng: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy || 0 })
      },
      (error) => failed(new NoPosition(error.code === REFUSED ? 'refused' : 'none')),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: AGE_MS },
    )
  })
}
