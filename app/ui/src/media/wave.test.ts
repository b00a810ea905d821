import { describe, expect, test } from 'vitest'
import { barsOf, lengthOf, percentOf, WAVE_BARS, waveOf } from './wave'

describe('a recording as a line', () => {
  test('is one digit a bar, at most so many, the loudest part a nine', () => {
    const wave = waveOf(Array.from({ length: 1000 }, (_, n) => (n === 500 ? 0.8 : 0.1)))
    expect(wave).toMatch(/^\d+$/)
    expect(wave).toHaveLength(WAVE_BARS)
    expect(wave[20]).toBe('9')
    expect(wave[0]).toBe('1')
  })
  test('a short one has fewer bars, silence stays flat and low', () => {
    expect(waveOf([0.5, 0.25])).toBe('95')
    expect(waveOf([0, 0, 0])).toBe('000')
    expect(waveOf([])).toBe('')
  })
  test('bars are never invisible, and an unknown wave is a flat line', () => {
    expect(Math.min(...barsOf('0509'))).toBeGreaterThan(0.1)
    expect(Math.max(...barsOf('0509'))).toBe(1)
    expect(new Set(barsOf(null)).size).toBe(1)
  })
  test('its length reads as a clock', () => {
    expect([0, 900, 24_200, 180_000].map(lengthOf)).toEqual(['0:00', '0:01', '0:24', '3:00'])
  })
  test('a hundred percent is said by the state alone', () => {
    expect([percentOf(0, 10), percentOf(5, 10), percentOf(10, 10), percentOf(1, 0)]).toEqual([0, 50, 99, 0])
  })
})
