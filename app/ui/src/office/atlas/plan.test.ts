import { describe, expect, it } from 'vitest'
import type { PlanChange } from '../../generated/commands'
import { isInside, moved, nextKey, placeFor, polygonOf, ringOf, wordsOf, type Point } from './plan'

const square: Point[] = [[108, 34], [108.001, 34], [108.001, 34.001], [108, 34.001]]

describe('points of a boundary', () => {
  it('a point that is tapped goes into the nearest edge of a ring and to the end of a line', () => {
    expect(placeFor(square, [108.0005, 33.9999], true)).toBe(1)
    expect(placeFor(square, [107.9999, 34.0005], true)).toBe(4)
    expect(placeFor(square, [108.0005, 33.9999], false)).toBe(4)
    expect(placeFor(square.slice(0, 2), [0, 0], true)).toBe(2)
  })
  it('an arrow key moves it by metres, wherever it lies', () => {
    const [lng, lat] = moved([108, 34], 100, 100)
    expect((lng - 108) * 111_195 * Math.cos((34 * Math.PI) / 180)).toBeCloseTo(100, 0)
    expect((lat - 34) * 111_195).toBeCloseTo(100, 0)
  })
  it('a loop takes what lies inside', () => {
    expect(isInside(square, [108.0005, 34.0005])).toBe(true)
    expect(isInside(square, [108.002, 34.0005])).toBe(false)
  })
  it('GeoJSON closes the ring, and the largest piece is the one that is edited', () => {
    expect(polygonOf(square).coordinates[0]).toHaveLength(5)
    expect(ringOf([[square.slice(0, 3)], [square]])).toEqual(square)
    expect(ringOf(null)).toEqual([])
  })
})

describe('steps of a plan', () => {
  const t = (key: string, named?: Record<string, unknown>) => `${key} ${JSON.stringify(named)}`
  it('a key is never used twice', () => {
    expect(nextKey([{ do: 'make', key: 'new1', name: '三', units: [] }, { do: 'close', grid: 'a', into: 'b' }])).toBe('new2')
  })
  it('every step has words', () => {
    const all: PlanChange[] = [
      { do: 'make', key: 'a', name: '三', units: [] },
      { do: 'split', grid: 'g', key: 'b', name: '四', line: [] },
      { do: 'merge', grids: ['g', 'h'], into: 'g' },
      { do: 'attach', units: ['u'], grid: 'g' },
      { do: 'shape', grid: 'g', shape: polygonOf(square), gather: true },
      { do: 'shape', grid: 'g', shape: null, gather: false },
      { do: 'close', grid: 'g', into: 'h' },
    ]
    const words = all.map((one) => wordsOf(one, (id) => id.toUpperCase(), t))
    expect(new Set(words.map((one) => one.split(' ')[0])).size).toBe(all.length)
    expect(words[2]).toContain('"H"')
  })
})
