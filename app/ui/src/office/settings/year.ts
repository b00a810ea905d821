/*
 * A year as months of weeks, Monday first, with what a calendar marks in it.
 *
 * What lives here: laying out days. What does not: which days are worked; the engine says that, a day that it does not name follows its weekday.
 */
import type { CalendarDay } from '../../generated/commands'

export interface YearDay {
  /** `YYYY-MM-DD`. */
  date: string
  n: number
  /** 0 Monday … 6 Sunday. */
  weekday: number
  works: boolean
  name: string
  /** Other than its weekday says. */
  marked: boolean
  own: boolean
}

export type Month = (YearDay | null)[][]

const DAY_MS = 86_400_000

export function monthsOf(year: number, days: readonly CalendarDay[]): Month[] {
  const named = new Map(days.map((d) => [d.date, d]))
  return Array.from({ length: 12 }, (_, m) => {
    const weeks: Month = []
    for (let at = Date.UTC(year, m, 1); new Date(at).getUTCMonth() === m; at += DAY_MS) {
      const weekday = (new Date(at).getUTCDay() + 6) % 7
      const date = new Date(at).toISOString().slice(0, 10)
      const said = named.get(date)
      const usual = weekday < 5
      if (!weeks.length || weekday === 0) weeks.push(Array<YearDay | null>(7).fill(null))
      weeks[weeks.length - 1]![weekday] = { date, n: new Date(at).getUTCDate(), weekday, works: said?.works ?? usual, name: said?.name ?? '', marked: said !== undefined && said.works !== usual, own: said?.own ?? false }
    }
    return weeks
  })
}

/** The day so many days on, within the year. */
export function moved(date: string, by: number): string {
  const at = new Date(Date.parse(`${date}T00:00:00Z`) + by * DAY_MS)
  return at.getUTCFullYear() === Number(date.slice(0, 4)) ? at.toISOString().slice(0, 10) : date
}
