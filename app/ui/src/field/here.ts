// One position, when somebody presses for it. Nothing asks for it by itself and nothing here keeps it.

const WAIT_MS = 12_000

export function whereIAm(): Promise<{ lng: number; lat: number } | null> {
  return new Promise((done) => {
    if (!('geolocation' in navigator)) return done(null)
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lng: coords.longitude, lat: coords.latitude }),
      () => done(null),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 },
    )
  })
}
