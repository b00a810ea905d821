// Spans of days that people ask for, and the lines of a small chart. Pure.
import { beijing } from '../../app/format'

export interface Span {
  from: string
  until: string
}
export type SpanName = 'month' | 'last' | 'quarter' | 'year'
export const SPANS: readonly SpanName[] = ['month', 'last', 'quarter', 'year']

const iso = (year: number, month: number, date: number) => new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10)

/** The days of a span that holds, or came before, the Beijing day of `now`. */
export function spanOf(name: SpanName, now: number): Span {
  const at = beijing(now)
  const [year, month, date] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  const today = iso(year, month, date)
  if (name === 'last') return { from: iso(year, month - 1, 1), until: iso(year, month, 0) }
  if (name === 'quarter') return { from: iso(year, month - (month % 3), 1), until: today }
  return { from: name === 'year' ? iso(year, 0, 1) : iso(year, month, 1), until: today }
}

/** Months that end with the month of `now`, newest first: `2026-11`. */
export function monthsBack(count: number, now: number): string[] {
  const at = beijing(now)
  return Array.from({ length: count }, (_, back) => iso(at.getUTCFullYear(), at.getUTCMonth() - back, 1).slice(0, 7))
}

/** A round number at or above the greatest: the top of an axis that is read in whole pieces. */
export function topOf(greatest: number): number {
  if (greatest <= 4) return 4
  const power = 10 ** Math.floor(Math.log10(greatest))
  return [1, 2, 4, 5, 8, 10].map((n) => n * power).find((n) => n >= greatest) ?? greatest
}

export interface Line {
  points: string
  /** Where the line ends, for its label. */
  end: number
}

/** Lines of a chart `width` by `height`, the first count at the left. Labels at the ends keep `apart` from each other. */
export function linesOf(series: readonly (readonly number[])[], width: number, height: number, apart: number): { lines: Line[]; top: number } {
  const top = topOf(Math.max(0, ...series.flat()))
  const y = (n: number) => height - (n / top) * height
  const lines = series.map((counts) => {
    const step = counts.length > 1 ? width / (counts.length - 1) : 0
    return { points: counts.map((n, at) => `${(at * step).toFixed(1)},${y(n).toFixed(1)}`).join(' '), end: y(counts.at(-1) ?? 0) }
  })
  // from below upwards, none nearer to the one beneath than `apart`
  const order = lines.map((_, at) => at).sort((a, b) => lines[b]!.end - lines[a]!.end)
  let floor = height
  for (const at of order) {
    lines[at]!.end = Math.min(lines[at]!.end, floor)
    floor = lines[at]!.end - apart
  }
  // and none above the chart: what was pushed out at the top comes down, and those beneath make room
  let ceiling = 0
  for (const at of [...order].reverse()) {
    lines[at]!.end = Math.max(lines[at]!.end, ceiling)
    ceiling = lines[at]!.end + apart
  }
  return { lines, top }
}
