import { describe, expect, it } from 'vitest'
import type { Conflict, DeviceItem, ErasureItem, HeldItem, LeftBehindItem, RefusedItem } from '../../generated/commands'
import { buildInbox, estimateMinutes, keepSelection, step } from './inbox'

const conflict = (id: string, over: Partial<Conflict> = {}): Conflict => ({
  id, record: `r${id}`, kind: 'person', record_name: '陈桂兰', household: 'h', plate: '3-2-501', key: 'phone', label: '电话',
  values: ['13900004127', '13900004172'].map((text, i) => ({ value: text, text, by: `b${i}`, by_role: null, at: 10, shown: i === 0, op: `o${i}` })),
  before: null, may_settle: true, at: 10, ...over
})
const held = (id: string, at = 5): HeldItem => ({
  id, reason: { code: 'differs', label: '与记录不同' }, file: 'a.xlsx', row: 3, column: '联系电话', household: 'h', plate: '1-1-101', record: 'r', record_name: '甲',
  key: 'phone', label: '电话', current: '1', cell: '2', by: '周敏', at
})
const device = (id: string, state: string): DeviceItem => ({
  id, name: '安然', role: { code: 'worker', label: '网格员' }, unit: 'u', unit_name: '第一网格', state, digits: '123456', seen_at: null, this: false,
  reason: null, revoked_at: null, wiped_at: null, unsent: 0, lease_until: null, held: []
})

describe('the inbox', () => {
  it('opens on the easiest item, and among equals on the oldest', () => {
    const list = buildInbox([conflict('b', { at: 9 }), conflict('a', { at: 3 })], [held('x')], [device('d', 'unconfirmed')])
    expect(list.map((i) => i.id)).toEqual(['c-a', 'c-b', 'h-x', 'd-d'])
  })
  it('leaves out what somebody else must settle and devices that are confirmed', () => {
    expect(buildInbox([conflict('a', { may_settle: false })], [], [device('d', 'active')])).toEqual([])
  })
  it('shows what was refused of others, the fewer fields the sooner', () => {
    const refused = (id: string, fields: number) => ({ id, plate: null, household: null, at: 1, fields: Array.from({ length: fields }, () => ({})) }) as unknown as RefusedItem
    expect(buildInbox([], [], [], [refused('b', 3), refused('a', 1)]).map((i) => [i.id, i.kind, i.seconds])).toEqual([['r-a', 'refused', 20], ['r-b', 'refused', 30]])
  })
  it('counts an erasure once, with as many places as nobody has decided, and not at all when all are', () => {
    const erasure = (at: number, pending: boolean[]) => ({ at, kind: { code: 'person', label: '居民' }, mentions: pending.map((p, n) => ({ id: `${n}`, pending: p })) }) as unknown as ErasureItem
    const list = buildInbox([], [], [], [], [erasure(1, [false, true, false]), erasure(2, [true]), erasure(3, [])])
    expect(list.map((i) => [i.id, i.kind, i.seconds])).toEqual([['m-1-person', 'mention', 40]])
  })
  it('shows what was written at an old door, once for each field', () => {
    const left = (key: string) => ({ old: 'p', key, plate: '1-1-102', household: 'h' }) as LeftBehindItem
    expect(buildInbox([], [], [], [], [], [left('phone'), left('note')]).map((i) => [i.id, i.kind])).toEqual([['l-p-note', 'left'], ['l-p-phone', 'left']])
  })
  it('says a minute when there is anything at all, and none when there is nothing', () => {
    expect(estimateMinutes([])).toBe(0)
    expect(estimateMinutes([{ seconds: 12 }])).toBe(1)
    expect(estimateMinutes(Array.from({ length: 17 }, () => ({ seconds: 13 })))).toBe(4)
  })
})

describe('the hand on the list', () => {
  const before = buildInbox([conflict('a'), conflict('b', { at: 11 }), conflict('c', { at: 12 })], [], [])
  it('stays where it was when the list is asked again', () => {
    expect(keepSelection(before, before.slice(1), 'c-b')).toBe('c-b')
  })
  it('goes to the next when its item is gone, and to the one before at the end', () => {
    expect(keepSelection(before, before.filter((i) => i.id !== 'c-b'), 'c-b')).toBe('c-c')
    expect(keepSelection(before, before.slice(0, 2), 'c-c')).toBe('c-b')
  })
  it('follows the thing when a third value gives the fork a new id', () => {
    const after = buildInbox([conflict('a'), conflict('b2', { record: 'rb', at: 11 })], [], [])
    expect(keepSelection(before, after, 'c-b')).toBe('c-b2')
  })
  it('moves by one and stays at the ends', () => {
    expect(step(['a', 'b', 'c'], 'b', 1)).toBe('c')
    expect(step(['a', 'b', 'c'], 'c', 1)).toBe('c')
    expect(step(['a', 'b', 'c'], null, 1)).toBe('a')
    expect(step([], 'a', 1)).toBeNull()
  })
})
