import { expect, test } from 'vitest'
import corpus from '../../../../../tests/corpus/texts.json'
import type { LedgerColumn, LedgerRow } from '../../generated/commands'
import { cellAt, copied, maskedPhone, moved, neutral, nextSort, readView, tsv, writeView } from './model'

const column = (key: string, ty = 'text'): LedgerColumn => ({ key, zh: key, en: key, ty, code_table: null, class: null, editable: false, may_filter: true, may_sort: true, may_group: true, mask: null, width: 10, shown: true })
const words = { lang: 'zh-CN', yes: '是', no: '否', due: (s: string) => s, code: (_: string | null, c: { label: string }) => c.label }

test('nothing that is copied is computed where it is pasted, and a doorplate stays as it is', () => {
  for (const text of corpus.formulas.filter((x) => !x.startsWith(';'))) expect(neutral(text).startsWith("'"), text).toBe(true)
  expect(neutral('3-1-101')).toBe('3-1-101')
  for (const text of [...corpus.formulas, ...corpus.markup, ...corpus.bidi]) {
    const cells = tsv([[text, '甲']]).split('\t')
    expect(cells.length).toBe(2)
    expect(/^["]?\s*[=+\-@＝＋－＠]/.test(cells[0]!), text).toBe(false)
  }
  expect(tsv([['a\nb', 'c"d']])).toBe('"a\nb"\t"c""d"')
})

test('a rectangle is copied as it is shown, or not at all while rows are missing', () => {
  const rows: LedgerRow[] = [{ id: '1', household: null, cells: ['甲', 1, true] }, { id: '2', household: null, cells: [null, { code: 'x', label: '乙' }, ['独居', '高龄']] }]
  const columns = [column('a'), column('b'), column('c')]
  const all = { row: 0, column: 0, toRow: 1, toColumn: 2 }
  expect(copied(all, columns, (i) => rows[i], words)).toEqual([['甲', '1', '是'], ['', '乙', '独居、高龄']])
  expect(copied({ ...all, toRow: 2 }, columns, (i) => rows[i], words)).toBe(null)
  expect(copied({ row: 1, column: 2, toRow: 0, toColumn: 1 }, columns, (i) => rows[i], words)).toEqual([['1', '是'], ['乙', '独居、高龄']])
})

test('what is copied is masked as in an export', () => {
  const columns = [column('name'), { ...column('phone'), mask: 'phone' }, { ...column('id_number'), mask: 'id' }, { ...column('care'), mask: 'all' }]
  const rows: LedgerRow[] = [{ id: '1', household: null, cells: ['甲', '13900000101', '610104********0517', ['重病']] }, { id: '2', household: null, cells: ['乙', '', null, null] }]
  const all = { row: 0, column: 0, toRow: 1, toColumn: 3 }
  expect(copied(all, columns, (i) => rows[i], words)).toEqual([['甲', '139****0101', '610104********0517', '***'], ['乙', '', '', '']])
  expect([maskedPhone('110'), maskedPhone('02988880000')]).toEqual(['***', '029****0000'])
})

test('keys move one cell, shift makes a rectangle, and nothing leaves the table', () => {
  const go = (key: string, shift = false, all = false, from = cellAt(5, 1)) => moved(from, key, shift, all, 10, 3, 4)
  expect(go('ArrowDown')).toEqual(cellAt(6, 1))
  expect(go('ArrowDown', true)).toEqual({ row: 5, column: 1, toRow: 6, toColumn: 1 })
  expect(go('PageDown')).toEqual(cellAt(9, 1))
  expect(go('PageDown', false, false, cellAt(9, 0))).toEqual(cellAt(9, 0))
  expect(go('End')).toEqual(cellAt(5, 2))
  expect(go('Home', false, true)).toEqual(cellAt(0, 1))
  expect(go('x')).toBe(null)
})

test('a view goes into the address and comes back; a damaged one is none', () => {
  const view = { filter: [{ column: 'tag', op: 'is' as const, values: ['独居'] }], sort: [{ column: 'due' }], columns: [], q: '张' }
  expect(readView(writeView(view))).toEqual({ filter: view.filter, sort: view.sort })
  expect(writeView({ q: '张', columns: [] })).toBe(undefined)
  for (const bad of ['{', '[]', '1', 'null']) expect(readView(bad)).toEqual({})
})

test('a head that is pressed sorts one way, the other, and not', () => {
  const age = column('age', 'int')
  const once = nextSort({}, age)
  expect(once.sort).toEqual([{ column: 'age', down: true }])
  const twice = nextSort(once, age)
  expect(twice.sort).toEqual([{ column: 'age', down: false }])
  expect(nextSort(twice, age).sort).toEqual([])
})
