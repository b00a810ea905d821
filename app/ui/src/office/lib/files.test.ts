import { describe, expect, it } from 'vitest'
import { columnName, fromBase64, toBase64 } from './files'

describe('files', () => {
  it('survive the way to base64 and back, also larger than one chunk', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256)
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  })
  it('have columns named as a sheet names them', () => {
    expect([0, 8, 25, 26, 27, 701, 702].map(columnName)).toEqual(['A', 'I', 'Z', 'AA', 'AB', 'ZZ', 'AAA'])
  })
})
