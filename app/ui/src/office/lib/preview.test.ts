import { describe, expect, it } from 'vitest'
import type { ImportReport } from '../../generated/commands'
import { countVerdicts, previewCsv, previewRows } from './preview'

const report: ImportReport = {
  file: 'a.xlsx', dry_run: true, households: 3, persons: 7, added: 0, buildings: 1, held: 2, batch: null, left: 0, took_ms: 1,
  errors: [{ row: 6, column: '身份证号', code: 'id_checksum', message: '末位对不上', cell: '610104199102163025' }],
  warnings: [{ row: 6, column: '联系电话', code: 'full_width', message: '全角', cell: '１３８' }],
  duplicates: [{ row: 8, household: 'h', plate: '1-1-102', reason: '门牌和户主都一样', differs: 1 }, { row: 20, household: 'k', plate: '9-9-9', reason: '门牌一样', differs: 0 }],
  preview: [{ row: 5, plate: '1-1-101', head: '郑轩涵', people: 3, state: 'new', tags: ['低保'], sheet: '', candidates: [] }, { row: 8, plate: '1-1-102', head: '史倩海', people: 1, state: 'differs', tags: [], sheet: '', candidates: [] }]
}

describe('the preview of an import', () => {
  const rows = previewRows(report)
  it('is in the order of the sheet, with the remark under its household', () => {
    expect(rows.map((r) => [r.row, r.verdict])).toEqual([[5, 'new'], [6, 'kept'], [6, 'noted'], [8, 'differs'], [20, 'known']])
  })
  it('tells at which door a wrong number stands', () => {
    expect(rows[1]).toMatchObject({ plate: '1-1-101', head: '郑轩涵', cell: '610104199102163025' })
  })
  it('counts each verdict once', () => {
    expect(countVerdicts(rows)).toEqual({ new: 1, known: 1, differs: 1, left: 0, kept: 1, noted: 1 })
  })
  it('becomes a CSV that Excel reads and that runs no formula', () => {
    const csv = previewCsv([{ ...rows[1]!, cell: '=1+1', message: '一,二' }], ['行'], (v) => v)
    expect(csv.startsWith('\uFEFF行\r\n6,kept,')).toBe(true)
    expect(csv).toContain("'=1+1")
    expect(csv).toContain('"一,二"')
  })
})
