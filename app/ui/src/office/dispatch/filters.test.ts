import { describe, expect, it } from 'vitest'
import { sampleCase } from '../../case/sample'
import type { UnitItem } from '../../generated/commands'
import { fitting, unitOf, optionsOf } from './filters'

const unit = (id: string, kind: string, parent: string | null, name = id) => ({ id, name, parent, kind: { code: kind, label: kind } }) as UnitItem
const units = [unit('c', 'community', null), unit('g1', 'grid', 'c', '第一网格'), unit('g2', 'grid', 'c'), unit('b1', 'building', 'g1'), unit('b2', 'building', 'g2')]
const cases = [
  sampleCase('a', { building: 'b1', lead: '消防', due_at: 5, level: { code: 'street', label: '街道' } }),
  sampleCase('b', { building: 'b2', lead: '消防', due_at: 50, assignee: '高强' }),
  sampleCase('c', { building: 'b1', by_share: true }),
]
const ids = (list: { id: string }[]) => list.map((c) => c.id)

describe('the queue', () => {
  it('takes what fits every chosen facet', () => {
    expect(ids(fitting(cases, {}, 10, units))).toEqual(['a', 'b', 'c'])
    expect(ids(fitting(cases, { lead: '消防' }, 10, units))).toEqual(['a', 'b'])
    expect(ids(fitting(cases, { lead: '消防', clock: 'over' }, 10, units))).toEqual(['a'])
    expect(ids(fitting(cases, { grid: 'g1' }, 10, units))).toEqual(['a', 'c'])
    expect(ids(fitting(cases, { assignee: '高强' }, 10, units))).toEqual(['b'])
    expect(ids(fitting(cases, { level: 'street' }, 10, units))).toEqual(['a'])
    expect(ids(fitting(cases, { from: 'shared' }, 10, units))).toEqual(['c'])
  })
  it('offers what occurs, the most frequent first', () => {
    expect(optionsOf(cases, 'grid', 10, units).map((o) => [o.text, o.n])).toEqual([['第一网格', 2], ['g2', 1]])
    expect(optionsOf(cases, 'lead', 10, units).map((o) => [o.value, o.n])).toEqual([['消防', 2]])
  })
  it('finds the grid above a building, and none above a community', () => {
    expect(unitOf('b2', units)?.id).toBe('g2')
    expect(unitOf('c', units)).toBeNull()
    expect(unitOf(null, units)).toBeNull()
    expect(unitOf('b2', units, 'community')?.id).toBe('c')
  })
})
