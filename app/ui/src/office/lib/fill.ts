/*
 * A filled table as the preview draws it: header cells of one or two rows, gaps by household, which cells are empty and why.
 */
import type { FillColumn, FillGap } from '../../generated/commands'

export interface HeadCell {
  text: string
  span: number
  rows: number
}

/** Headers joined by `/` as a two-row head: equal neighbours are merged above, single ones reach over both rows. */
export function headRows(columns: FillColumn[]): HeadCell[][] {
  const parts = columns.map((c) => c.header.split('/'))
  if (!parts.some((p) => p.length > 1)) return [columns.map((c) => ({ text: c.header, span: 1, rows: 1 }))]
  const top: HeadCell[] = []
  const below: HeadCell[] = []
  parts.forEach((p, i) => {
    if (p.length === 1) {
      top.push({ text: p[0]!, span: 1, rows: 2 })
      return
    }
    const last = top[top.length - 1]
    if (last && last.rows === 1 && i > 0 && parts[i - 1]!.length > 1 && parts[i - 1]![0] === p[0]) last.span += 1
    else top.push({ text: p[0]!, span: 1, rows: 1 })
    below.push({ text: p.slice(1).join('/'), span: 1, rows: 1 })
  })
  return [top, below]
}

export type CellState = 'filled' | 'missing' | 'unknown'

/** Empty where we have the field is missing; empty where we do not is not ours to fill. */
export function cellState(column: FillColumn | undefined, text: string): CellState {
  if (!column || column.field === null) return 'unknown'
  return text === '' ? 'missing' : 'filled'
}

export interface GapGroup {
  record: string
  household: string
  plate: string
  name: string
  labels: string[]
  keys: string[]
}

/** Gaps by person, in the order of the table. */
export function gapGroups(gaps: FillGap[]): GapGroup[] {
  const found = new Map<string, GapGroup>()
  for (const g of gaps) {
    const one = found.get(g.record) ?? { record: g.record, household: g.household, plate: g.plate, name: g.name, labels: [], keys: [] }
    if (!one.keys.includes(g.key)) {
      one.keys.push(g.key)
      one.labels.push(g.label)
    }
    found.set(g.record, one)
  }
  return [...found.values()]
}

/** What `ask_next_visit` takes. */
export function askItems(groups: GapGroup[]): Record<string, string[]> {
  return Object.fromEntries(groups.map((g) => [g.record, g.keys]))
}
