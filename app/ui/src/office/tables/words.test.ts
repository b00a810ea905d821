import { expect, test } from 'vitest'
import type { SheetColumn, SheetHead } from '../../generated/commands'
import { changedColumns, headLines, widthOf } from './words'

const head = (row: number, column: number, rows: number, columns: number, text: string): SheetHead => ({ row, column, rows, columns, text })

test('a merged header is drawn with its spans', () => {
  const heads = [head(0, 0, 2, 1, '序号'), head(0, 1, 1, 2, '联系人'), head(1, 1, 1, 1, '姓名'), head(1, 2, 1, 1, '电话')]
  expect(widthOf(heads)).toBe(3)
  expect(headLines(heads).map((row) => row.map((h) => h.text))).toEqual([['序号', '联系人'], ['姓名', '电话']])
})

test('only what a person changed is told', () => {
  const column = (path: string, field: string | null) => ({ path, field }) as SheetColumn
  expect(changedColumns([column('姓名', 'name'), column('银行', null)], { 姓名: 'name', 银行: 'note' })).toEqual({ 银行: 'note' })
  expect(changedColumns([column('姓名', 'name')], { 姓名: '' })).toEqual({ 姓名: '' })
})
