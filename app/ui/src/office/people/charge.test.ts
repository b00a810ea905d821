// Memberships gathered under their grids, and terms counted in whole days.
import { expect, test } from 'vitest'
import type { MembershipItem, UnitItem } from '../../generated/commands'
import { groupsOf, lastDay, linesOf, withoutAreas } from './charge'

const unit = (id: string, kind: string, parent: string | null, more: Partial<UnitItem> = {}): UnitItem => ({ id, code: id, kind: { code: kind, label: kind }, name: id, parent, number: null, estate: null, households: 0, people: 0, over: 0, today: 0, open_cases: 0, closed: false, ...more })
const member = (name: string, at: string): MembershipItem => ({ id: name, person: name, name, role: { code: 'worker', label: '' }, unit: at, unit_name: at, phone: null, post: null, party: false, from: null, until: null, state: 'live', stands_for: null, may: true, devices: 1, unsent: 0, told: true, seen_at: null })
const UNITS = [unit('s', 'street', null), unit('c', 'community', 's'), unit('g2', 'grid', 'c'), unit('g1', 'grid', 'c'), unit('g0', 'grid', 'c', { closed: true }), unit('b1', 'building', 'g1'), unit('b2', 'building', 'g2')]

test('a building head stands under the grid of the building, the office under the community, a closed grid last', () => {
  const groups = groupsOf(UNITS, [{ ...member('head', 'b1'), role: { code: 'building_head', label: '' } }, member('office', 'c'), member('worker', 'g1')], [{ id: 'g2', name: 'g2' }])
  expect(groups.map((g) => [g.unit.id, g.members.map((m) => m.name), g.places.map((u) => u.id), g.isGap])).toEqual([
    ['c', ['office'], [], false],
    ['g1', ['worker', 'head'], ['b1'], false],
    ['g2', [], ['b2'], true],
    ['g0', [], [], false],
  ])
})

test('two weeks from a Monday end on the second Sunday', () => {
  expect(lastDay('2026-11-23', 14)).toBe('2026-12-06')
  expect(lastDay('', 1, Date.UTC(2026, 10, 22, 17))).toBe('2026-11-23')
})

test('a long list of buildings is named in part and counted in whole', () => {
  const names = ['10 号楼', '2 号楼', '3 号楼', '4 号楼', '5 号楼'].map((id) => ({ id, name: id }))
  const lines = linesOf({ people: [{ person: 'p', name: '王', gains: [], loses: names, unsent: 2 }], grids: [] }, (key, named) => `${key} ${JSON.stringify(named ?? {})}`)
  expect(lines).toHaveLength(1)
  expect(lines[0]!.text).toContain('2 号楼charge.sep {}3 号楼')
  expect(lines[0]!.text).not.toContain('10 号楼')
  expect(lines[0]!.text).toContain('\\"n\\":5')
  expect(lines[0]!.unsent).toContain('"n":2')
})

test('the area of a grid is named only where nothing else is', () => {
  const units = [...UNITS, unit('a1', 'area', 'g1')]
  const names = (ids: string[]) => ids.map((id) => ({ id, name: id }))
  const person = (gains: string[], loses: string[]) => ({ person: 'p', name: '王', gains: names(gains), loses: names(loses), unsent: 0 })
  const [shown] = withoutAreas({ people: [person(['b1', 'a1'], ['a1'])], grids: [] }, units).people
  expect([shown!.gains.map((u) => u.id), shown!.loses.map((u) => u.id)]).toEqual([['b1'], ['a1']])
})
