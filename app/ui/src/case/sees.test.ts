import { describe, expect, it } from 'vitest'
import type { MemberItem, UnitItem } from '../generated/commands'
import { unitAndAbove, unitAndBeneath, whoSees } from './sees'

const unit = (id: string, parent: string | null): UnitItem => ({
  id, code: null, kind: { code: 'unit', label: '' }, name: id, parent, number: null, estate: null, households: 0, people: 0, over: 0, today: 0, open_cases: 0, closed: false
})
const units = [unit('c', null), unit('g1', 'c'), unit('g2', 'c'), unit('b1', 'g1'), unit('b2', 'g2')]
const one = (name: string, role: string, unit: string): MemberItem => ({ name, role: { code: role, label: role === 'building_head' ? '楼长' : role }, unit, unit_name: unit, phone: null })
const people = [one('周敏', 'office', 'c'), one('王秀梅', 'worker', 'g1'), one('孙丽华', 'worker', 'g2'), one('刘玉芬', 'building_head', 'b1')]

describe('who sees a decision', () => {
  it('is the office at once, and of the workers only the one of that grid', () => {
    expect(whoSees('register', 'b1', people, units)).toEqual({ office: ['周敏'], later: ['王秀梅'], never: ['楼长'] })
  })
  it('is the building head too when only the door is concerned', () => {
    expect(whoSees('door', 'b1', people, units).later).toEqual(['王秀梅', '刘玉芬'])
  })
  it('is nobody more than the office for a class that is not known', () => {
    expect(whoSees('something', 'b1', people, units)).toEqual({ office: ['周敏'], later: [], never: ['worker', '楼长'] })
  })
  it('walks the unit tree up and down, and stops in a circle', () => {
    expect([...unitAndAbove(units, 'b1')]).toEqual(['b1', 'g1', 'c'])
    expect([...unitAndBeneath(units, 'g2')]).toEqual(['g2', 'b2'])
    expect(unitAndAbove([unit('x', 'y'), unit('y', 'x')], 'x').size).toBe(2)
  })
})
