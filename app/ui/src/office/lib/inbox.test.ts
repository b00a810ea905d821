import { describe, expect, it } from 'vitest'
import type { InboxItem, InboxList } from '../../generated/commands'
import { countOf, joinPages, keepSelection, minutesOf, step, stillChosen } from './inbox'

const items = (...ids: string[]) => ids.map((id) => ({ id }) as InboxItem)

describe('the inbox', () => {
  it('says a minute when there is anything at all, and none when there is nothing', () => {
    expect(minutesOf(0)).toBe(0)
    expect(minutesOf(12)).toBe(1)
    expect(minutesOf(17 * 13)).toBe(4)
  })
  it('puts pages together so that an item that moved between them stands once', () => {
    expect(joinPages(items('a', 'b'), items('b', 'c')).map((i) => i.id)).toEqual(['a', 'b', 'c'])
  })
  it('counts a kind, or all of them', () => {
    const list = { open: 7, counts: [{ kind: 'fork', count: 4 }, { kind: 'held', count: 3 }] } as InboxList
    expect([countOf(list, null), countOf(list, 'held'), countOf(list, 'same'), countOf(null, 'fork')]).toEqual([7, 3, 0, 0])
  })
  it('forgets what was chosen and is decided', () => {
    expect([...stillChosen(new Set(['a', 'x']), items('a', 'b'))]).toEqual(['a'])
  })
})

describe('the hand on the list', () => {
  const before = items('a', 'b', 'c')
  it('stays where it was when the list is asked again', () => {
    expect(keepSelection(before, items('b', 'c'), 'b')).toBe('b')
  })
  it('goes to the next when its item is gone, and to the one before at the end', () => {
    expect(keepSelection(before, items('a', 'c'), 'b')).toBe('c')
    expect(keepSelection(before, items('a', 'b'), 'c')).toBe('b')
  })
  it('begins with the easiest where nothing was chosen or nothing is known of it', () => {
    expect(keepSelection(before, before, null)).toBe('a')
    expect(keepSelection(before, before, 'x')).toBe('a')
    expect(keepSelection(before, [], 'a')).toBeNull()
  })
  it('moves by one and stays at the ends', () => {
    expect(step(['a', 'b', 'c'], 'b', 1)).toBe('c')
    expect(step(['a', 'b', 'c'], 'c', 1)).toBe('c')
    expect(step(['a', 'b', 'c'], null, 1)).toBe('a')
    expect(step([], 'a', 1)).toBeNull()
  })
})
