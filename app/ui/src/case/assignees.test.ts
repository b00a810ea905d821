import { describe, expect, it } from 'vitest'
import type { MemberItem, UnitItem } from '../generated/commands'
import { assigneesOf } from './assignees'

const unit = (id: string, parent: string | null): UnitItem => ({
  id, code: null, kind: { code: 'unit', label: '' }, name: id, parent, number: null, estate: null, households: 0, people: 0, over: 0, today: 0, open_cases: 0, closed: false
})
const units = [unit('c', null), unit('g1', 'c'), unit('g2', 'c'), unit('b1', 'g1'), unit('b2', 'g2')]
const one = (name: string, role: string, unit: string): MemberItem => ({ name, role: { code: role, label: role }, unit, unit_name: unit, phone: null })
const people = [one('刘玉芬', 'building_head', 'b1'), one('周敏', 'office', 'c'), one('和顺物业', 'assignee', 'c'), one('王秀梅', 'worker', 'g1'), one('孙丽华', 'worker', 'g2')]

describe('to whom a case can be given', () => {
  it('is the lead department first, then who works there, then the building head', () => {
    expect(assigneesOf('消防救援机构', 'b1', people, units).map((a) => a.name)).toEqual(['消防救援机构', '王秀梅', '和顺物业', '刘玉芬'])
  })
  it('is every worker when the place is not known, and no building head', () => {
    expect(assigneesOf(null, null, people, units).map((a) => a.name)).toEqual(['王秀梅', '孙丽华', '和顺物业'])
  })
})
