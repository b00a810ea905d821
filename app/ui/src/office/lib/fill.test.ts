import { describe, expect, it } from 'vitest'
import { askItems, gapGroups } from './fill'

describe('a filled table', () => {
  it('asks for every missing fact once, by person', () => {
    const gap = (record: string, key: string) => ({ sheet: '', row: 6, record, household: 'h', plate: '4-3-102', name: record, key, label: key })
    const groups = gapGroups([gap('a', 'phone'), gap('b', 'phone'), gap('b', 'name'), gap('b', 'name')])
    expect(groups.map((g) => [g.record, g.labels])).toEqual([['a', ['phone']], ['b', ['phone', 'name']]])
    expect(askItems(groups)).toEqual({ a: ['phone'], b: ['phone', 'name'] })
  })
})
