import { describe, expect, it } from 'vitest'
import type { FillColumn } from '../../generated/commands'
import { askItems, cellState, gapGroups, headRows } from './fill'

const column = (header: string, field: string | null = 'x'): FillColumn => ({ header, field, label: field })

describe('a filled table', () => {
  it('draws a two-row head with merged cells', () => {
    expect(headRows(['序号', '姓名', '户籍信息/户籍地址', '户籍信息/现住址', '联系人/姓名', '联系人/电话', '开户银行'].map((h) => column(h)))).toEqual([
      [{ text: '序号', span: 1, rows: 2 }, { text: '姓名', span: 1, rows: 2 }, { text: '户籍信息', span: 2, rows: 1 }, { text: '联系人', span: 2, rows: 1 }, { text: '开户银行', span: 1, rows: 2 }],
      [{ text: '户籍地址', span: 1, rows: 1 }, { text: '现住址', span: 1, rows: 1 }, { text: '姓名', span: 1, rows: 1 }, { text: '电话', span: 1, rows: 1 }]
    ])
    expect(headRows([column('姓名'), column('电话')])).toHaveLength(1)
  })
  it('tells a missing fact from a column that is not ours', () => {
    expect([cellState(column('电话'), ''), cellState(column('开户银行', null), ''), cellState(column('电话'), '139')]).toEqual(['missing', 'unknown', 'filled'])
  })
  it('asks for every missing fact once, by person', () => {
    const gap = (record: string, key: string) => ({ row: 6, record, household: 'h', plate: '4-3-102', name: record, key, label: key })
    const groups = gapGroups([gap('a', 'phone'), gap('b', 'phone'), gap('b', 'name'), gap('b', 'name')])
    expect(groups.map((g) => [g.record, g.labels])).toEqual([['a', ['phone']], ['b', ['phone', 'name']]])
    expect(askItems(groups)).toEqual({ a: ['phone'], b: ['phone', 'name'] })
  })
})
