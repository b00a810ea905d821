import { describe, expect, it } from 'vitest'
import { linesOf, monthsBack, spanOf, topOf } from './lib'

const at = (text: string) => Date.parse(`${text}+08:00`)

describe('spans', () => {
  it('are Beijing days, the running ones up to today', () => {
    const now = at('2026-11-22T07:30:00')
    expect(spanOf('month', now)).toEqual({ from: '2026-11-01', until: '2026-11-22' })
    expect(spanOf('last', now)).toEqual({ from: '2026-10-01', until: '2026-10-31' })
    expect(spanOf('quarter', now)).toEqual({ from: '2026-10-01', until: '2026-11-22' })
    expect(spanOf('year', now)).toEqual({ from: '2026-01-01', until: '2026-11-22' })
  })
  it('go over the new year', () => {
    const now = at('2027-01-01T00:10:00')
    expect(spanOf('last', now)).toEqual({ from: '2026-12-01', until: '2026-12-31' })
    expect(monthsBack(3, now)).toEqual(['2027-01', '2026-12', '2026-11'])
  })
})

describe('a chart', () => {
  it('has a top that holds every count', () => {
    for (let n = 0; n < 3_000; n += 7) expect(topOf(n)).toBeGreaterThanOrEqual(n)
    expect(topOf(0)).toBe(4)
    expect(topOf(23)).toBe(40)
  })
  it('keeps its labels apart and inside', () => {
    for (const ends of [[0, 0, 0, 0], [9, 9, 9, 9], [1, 9, 8, 9], [5, 5, 0, 9]]) {
      const { lines } = linesOf(ends.map((n) => [0, n]), 100, 120, 18)
      const places = lines.map((l) => l.end).sort((a, b) => a - b)
      places.slice(1).forEach((y, i) => expect(y - places[i]!).toBeGreaterThanOrEqual(18))
      expect(places[0]).toBeGreaterThanOrEqual(0)
      expect(places.at(-1)).toBeLessThanOrEqual(120)
    }
  })
})
