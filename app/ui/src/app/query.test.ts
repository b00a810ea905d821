import { describe, expect, test } from 'vitest'
import { concerns } from './query'

const changed = (kinds: string[], many = false) => ({ kinds, records: [], many })

describe('what a change concerns', () => {
  test('a query hears the kinds it names', () => {
    expect(concerns(changed(['visit', 'household']), ['household'])).toBe(true)
    expect(concerns(changed(['case']), ['household'])).toBe(false)
  })
  test('a gap in the stream concerns everyone', () => {
    expect(concerns(changed([], true), ['household'])).toBe(true)
  })
  test('a query that names nothing hears everything', () => {
    expect(concerns(changed(['case']), undefined)).toBe(true)
  })
})
