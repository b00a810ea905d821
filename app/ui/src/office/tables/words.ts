/*
 * Words of the office's tables: a choice said in the language of the screen. What lives here: that, and what the pages of this folder share.
 */
import { useI18n } from 'vue-i18n'
import type { Coded, SheetColumn, SheetHead } from '../../generated/commands'

/** A field or kind in the language of the screen; an extra column keeps its own header. */
export function useWords(): (coded: Coded) => string {
  const { locale } = useI18n()
  return (coded) => (locale.value === 'en' && coded.en ? coded.en : coded.label)
}

/** How many columns a header is wide. */
export function widthOf(heads: readonly SheetHead[]): number {
  return heads.reduce((most, h) => Math.max(most, h.column + h.columns), 0)
}

/** The rows of a header as they are drawn, cells in order; rows in which nothing begins are kept, so that spans stay true. */
export function headLines(heads: readonly SheetHead[]): SheetHead[][] {
  const rows = heads.reduce((most, h) => Math.max(most, h.row + h.rows), 0)
  return Array.from({ length: rows }, (_, row) => heads.filter((h) => h.row === row).sort((a, b) => a.column - b.column))
}

/** The columns that a person changed: what differs from what was read. */
export function changedColumns(columns: readonly SheetColumn[], map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([path, field]) => (columns.find((c) => c.path === path)?.field ?? '') !== field))
}
