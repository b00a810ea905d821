/*
 * The preview of an import: one list of rows with a verdict each, made of what a dry run reports.
 *
 * What lives here: merging, counting, the list as CSV. What does not: reading a roster; the engine does that.
 * Verdicts: new (will be added), known (already there, untouched), differs (waits for the office), left (a person left it out), kept (comes in, the original cell is
 * held), noted (read with a remark).
 */
import type { ImportCandidate, ImportReport } from '../../generated/commands'

export type Verdict = 'new' | 'known' | 'differs' | 'left' | 'kept' | 'noted'
export const VERDICTS: readonly Verdict[] = ['new', 'known', 'differs', 'left', 'kept', 'noted']

export interface PreviewRow {
  id: string
  /** Row of the sheet, 1-based. */
  row: number
  verdict: Verdict
  plate: string | null
  head: string | null
  people: number | null
  tags: string[]
  /** Code of a finding. */
  code: string | null
  column: string | null
  /** The cell, letter by letter. */
  cell: string | null
  message: string | null
  household: string | null
  /** Sheet of the row; empty for a text file. */
  sheet: string
  /** A household begins here: a person may decide what becomes of it. */
  decidable: boolean
  candidates: ImportCandidate[]
}

const STATES: Record<string, Verdict> = { new: 'new', known: 'known', differs: 'differs', left: 'left' }

/** All rows in the order of the sheet. A finding takes door and head from the household above it. */
export function previewRows(report: ImportReport): PreviewRow[] {
  const again = new Map(report.duplicates.map((d) => [d.row, d]))
  const homes: PreviewRow[] = report.preview.map((p) => {
    const d = again.get(p.row)
    return {
      id: `p${p.row}`, row: p.row, verdict: STATES[p.state] ?? 'new', plate: p.plate, head: p.head, people: p.people, tags: p.tags,
      code: d && d.differs > 0 ? 'differs' : null, column: null, cell: null, message: d?.reason ?? null, household: d?.household ?? null, sheet: p.sheet, decidable: true, candidates: p.candidates
    }
  })
  const seen = new Set(homes.map((h) => h.row))
  for (const d of report.duplicates) {
    if (seen.has(d.row)) continue
    homes.push({ id: `d${d.row}`, row: d.row, verdict: d.differs > 0 ? 'differs' : 'known', plate: d.plate, head: null, people: null, tags: [], code: d.differs > 0 ? 'differs' : 'duplicate', column: null, cell: null, message: d.reason, household: d.household, sheet: '', decidable: false, candidates: [] })
  }
  homes.sort((a, b) => a.row - b.row)
  const above = (row: number): PreviewRow | null => {
    let low = 0
    let high = homes.length - 1
    let found: PreviewRow | null = null
    while (low <= high) {
      const mid = (low + high) >> 1
      if (homes[mid]!.row <= row) {
        found = homes[mid]!
        low = mid + 1
      } else high = mid - 1
    }
    return found
  }
  const last = homes[homes.length - 1]
  const findings = (list: ImportReport['errors'], verdict: Verdict, tag: string) =>
    list.map((f, i): PreviewRow => {
      // Beyond the last previewed household nothing is known about the door.
      const home = last && f.row <= last.row + last.tags.length + (last.people ?? 1) ? above(f.row) : null
      return { id: `${tag}${i}`, row: f.row, verdict, plate: home?.plate ?? null, head: home?.head ?? null, people: null, tags: [], code: f.code, column: f.column, cell: f.cell, message: f.message, household: null, sheet: home?.sheet ?? '', decidable: false, candidates: [] }
    })
  const order: Record<Verdict, number> = { new: 0, known: 0, differs: 0, left: 0, kept: 1, noted: 2 }
  return [...homes, ...findings(report.errors, 'kept', 'e'), ...findings(report.warnings, 'noted', 'w')].sort((a, b) => a.row - b.row || order[a.verdict] - order[b.verdict])
}

export function countVerdicts(rows: PreviewRow[]): Record<Verdict, number> {
  const n: Record<Verdict, number> = { new: 0, known: 0, differs: 0, left: 0, kept: 0, noted: 0 }
  for (const r of rows) n[r.verdict] += 1
  return n
}

/** A cell of a CSV; what a spreadsheet would take for a formula is defused. */
function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The rows as CSV with a byte order mark, so that Excel reads the Chinese. */
export function previewCsv(rows: PreviewRow[], heads: string[], say: (v: Verdict) => string): string {
  const lines = rows.map((r) => [r.row, say(r.verdict), r.plate, r.head, r.column, r.cell, r.message].map(csvCell).join(','))
  return `\uFEFF${[heads.map(csvCell).join(','), ...lines].join('\r\n')}\r\n`
}
