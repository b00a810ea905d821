/*
 * A ledger on the screen: its view in the address, the selection as a rectangle, cells as text for the clipboard. Pure.
 *
 * What lives here: what a key or a click means. What does not: loading (pages.ts) and drawing (LedgerGrid.vue).
 */
import type { LedgerColumn, LedgerRow, View } from '../../generated/commands'
import { clock, day } from '../../app/format'

/** What a cell would be if a spreadsheet computed it. */
const COMPUTES = /^[\s]*[=+\-@＝＋－＠]|^[\t\r]/

/** Text as it goes onto the clipboard: what a spreadsheet would compute gets an apostrophe, as in a CSV of the engine. */
export function neutral(text: string): string {
  return COMPUTES.test(text.replace(/^'+/, '')) ? `'${text}` : text
}

/** One cell of a table on the clipboard: no tab, and line breaks only within quotes. */
function field(text: string): string {
  const safe = neutral(text.replace(/\t/g, ' '))
  return /[\n\r"]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}

export const tsv = (rows: string[][]): string => rows.map((row) => row.map(field).join('\t')).join('\r\n')

/** The places of two cells that span the selection, rows and columns counted from 0. */
export interface Selection {
  row: number
  column: number
  toRow: number
  toColumn: number
}

export const cellAt = (row: number, column: number): Selection => ({ row, column, toRow: row, toColumn: column })
export const rowsOf = (s: Selection): [number, number] => [Math.min(s.row, s.toRow), Math.max(s.row, s.toRow)]
export const columnsOf = (s: Selection): [number, number] => [Math.min(s.column, s.toColumn), Math.max(s.column, s.toColumn)]
export const holds = (s: Selection, row: number, column: number): boolean => {
  const [top, bottom] = rowsOf(s)
  const [left, right] = columnsOf(s)
  return row >= top && row <= bottom && column >= left && column <= right
}

/** Where a key leads; null when it moves nothing. `page`: rows of a screen. */
export function moved(s: Selection, key: string, shift: boolean, all: boolean, rows: number, columns: number, page: number): Selection | null {
  const by: Record<string, [number, number]> = {
    ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0], j: [1, 0], k: [-1, 0],
  }
  const limit = (n: number, most: number) => Math.max(0, Math.min(most, n))
  let row = s.toRow
  let column = s.toColumn
  const step = by[key]
  if (step) {
    row = limit(row + step[0], rows - 1)
    column = limit(column + step[1], columns - 1)
  } else if (key === 'Home') {
    if (all) row = 0
    else column = 0
  } else if (key === 'End') {
    if (all) row = rows - 1
    else column = columns - 1
  } else return null
  return shift ? { ...s, toRow: row, toColumn: column } : cellAt(row, column)
}

/** The view in the address, without what has places of its own there. A text that is none is no view. */
export function readView(text: string | undefined): View {
  if (!text) return {}
  try {
    const got: unknown = JSON.parse(text)
    return typeof got === 'object' && got !== null && !Array.isArray(got) ? (got as View) : {}
  } catch {
    return {}
  }
}

export function writeView(view: View): string | undefined {
  const kept = Object.fromEntries(Object.entries(view).filter(([key, value]) => key !== 'q' && key !== 'unit' && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)))
  return Object.keys(kept).length ? JSON.stringify(kept) : undefined
}

/** The next state of a pressed column head: one way, the other, the order of the ledger. Numbers begin with the largest. */
export function nextSort(view: View, column: LedgerColumn): View {
  const first = column.ty === 'int'
  const now = view.sort?.[0]?.column === column.key ? view.sort[0] : null
  if (!now) return { ...view, sort: [{ column: column.key, down: first }] }
  return { ...view, sort: (now.down ?? false) === first ? [{ column: column.key, down: !first }] : [] }
}

export interface CodedCell { code: string; label: string }
export interface DueCell { state: string; date: string | null; days: number; away_until: string | null }
export const isCoded = (v: unknown): v is CodedCell => typeof v === 'object' && v !== null && 'code' in v && 'label' in v
export const isDue = (v: unknown): v is DueCell => typeof v === 'object' && v !== null && 'state' in v && 'days' in v

/** What words are needed to say a cell. */
export interface CellWords {
  lang: string
  yes: string
  no: string
  due: (state: string) => string
  code: (table: string | null, coded: CodedCell) => string
}

/** What stands in a masked copy where something private is. */
const MASK = '***'

/** A telephone number as it is masked: the first three and the last four, as in an export. */
export function maskedPhone(text: string): string {
  const signs = [...text]
  return signs.map((sign, i) => (signs.length >= 8 && (i < 3 || i + 4 >= signs.length) ? sign : '*')).join('')
}

/** A cell as it is copied: identity numbers come masked from the engine, telephones keep their ends, what is private is starred. */
export function copiedText(column: LedgerColumn, value: unknown, words: CellWords): string {
  const text = cellText(column, value, words)
  if (text === '' || column.mask === null || column.mask === 'id') return text
  return column.mask === 'phone' ? maskedPhone(text) : MASK
}

/** A cell as people read it. */
export function cellText(column: LedgerColumn, value: unknown, words: CellWords): string {
  if (value === null || value === undefined) return ''
  if (isCoded(value)) return words.code(column.code_table, value)
  if (isDue(value)) return value.date ? `${value.date}${value.state === 'over' || value.state === 'today' ? ` ${words.due(value.state)}` : ''}` : ''
  if (Array.isArray(value)) return value.join('、')
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (column.ty === 'time' && typeof value === 'number') return `${day(value, words.lang)} ${clock(value)}`
  return String(value)
}

/** The cells of a rectangle as they are copied; null while rows of it are not here. */
export function copied(s: Selection, columns: LedgerColumn[], rowAt: (i: number) => LedgerRow | undefined, words: CellWords): string[][] | null {
  const [top, bottom] = rowsOf(s)
  const [left, right] = columnsOf(s)
  const out: string[][] = []
  for (let i = top; i <= bottom; i += 1) {
    const row = rowAt(i)
    if (!row) return null
    out.push(columns.slice(left, right + 1).map((c, at) => copiedText(c, row.cells[left + at], words)))
  }
  return out
}
