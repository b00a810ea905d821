// Values as people read them: plates said aloud, dates, sizes, phone numbers, and where two values differ. Pure functions; `now` is passed in where it matters.

const DAY_MS = 86_400_000

/** Is the app in English? Everything else reads Chinese. */
const isEnglish = (lang: string) => lang.startsWith('en')

/** `3-2-501` as words: 3 号楼 2 单元 501. */
export function sayPlate(plate: string, lang: string): string {
  const parts = plate.split('-')
  const [building, unit, door] = parts
  if (isEnglish(lang)) return parts.length === 3 ? `Building ${building}, unit ${unit}, door ${door}` : parts.length === 2 ? `Building ${building}, ${unit}` : plate
  return parts.length === 3 ? `${building} 号楼 ${unit} 单元 ${door}` : parts.length === 2 ? `${building} 号楼 ${unit}` : plate
}

const BEIJING_MS = 8 * 3_600_000

/** The product's days are Beijing days, wherever the device's clock stands: read the result with `getUTC…` only. */
export function beijing(ms: number): Date {
  return new Date(ms + BEIJING_MS)
}

/** Midnight at the start of the Beijing day that holds `ms`. */
export function startOfDay(ms: number): number {
  return Math.floor((ms + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS
}

/** Whole days from the day of `then` to the day of `now`; positive in the past. */
export function daysBetween(then: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(then)) / DAY_MS)
}

const pad = (n: number) => String(n).padStart(2, '0')

/** `09:41`. */
export function clock(ms: number): string {
  const at = beijing(ms)
  return `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`
}

const EN_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `11 月 20 日`, with the year when it is another one. */
export function day(ms: number, lang: string, now = Date.now()): string {
  const at = beijing(ms)
  const sameYear = at.getUTCFullYear() === beijing(now).getUTCFullYear()
  if (isEnglish(lang)) return `${at.getUTCDate()} ${EN_MONTHS[at.getUTCMonth()]}${sameYear ? '' : ` ${at.getUTCFullYear()}`}`
  return `${sameYear ? '' : `${at.getUTCFullYear()} 年 `}${at.getUTCMonth() + 1} 月 ${at.getUTCDate()} 日`
}

/** `周五`. */
export function weekday(ms: number, lang: string): string {
  const n = beijing(ms).getUTCDay()
  return isEnglish(lang) ? ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][n]! : `周${'日一二三四五六'[n]}`
}

/** Today the clock alone, yesterday in words, else the day; with the clock where `withClock`. */
export function moment(ms: number, lang: string, withClock = true, now = Date.now()): string {
  const ago = daysBetween(ms, now)
  const time = clock(ms)
  if (ago === 0) return withClock ? time : isEnglish(lang) ? 'today' : '今天'
  const date = ago === 1 ? (isEnglish(lang) ? 'yesterday' : '昨天') : day(ms, lang, now)
  return withClock ? `${date} ${time}` : date
}

/** Reads `YYYY-MM-DD` as Beijing midnight. */
export function dateOf(text: string): number {
  const [y, m, d] = text.split('-').map(Number)
  return Date.UTC(y ?? 1970, (m ?? 1) - 1, d ?? 1) - BEIJING_MS
}

/** `1,842`. */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** `286 MB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`
  const units = ['KB', 'MB', 'GB']
  let value = n / 1024
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** Mobile numbers in groups of 3 4 4, lines of a town with its area code set apart; anything else as written. */
export function phone(text: string): string {
  const bare = text.replace(/\s+/g, '')
  const line = /^(0(?:10|2\d)|0[3-9]\d\d)(\d{3,4})(\d{4})$/.exec(bare)
  if (line) return line.slice(1).join(' ')
  return /^1\d{10}$/.test(bare) ? `${bare.slice(0, 3)} ${bare.slice(3, 7)} ${bare.slice(7)}` : text
}

/** `610104********0515` as `6101 **** **** 0515`: short enough for a line, still the number one knows. */
export function maskedId(text: string): string {
  return text.length === 18 ? `${text.slice(0, 4)} **** **** ${text.slice(14)}` : text
}

/** A `tel:` link from what people write, first number of several. */
export function telLink(text: string): string {
  return `tel:${text.split(/[;,，；、/]/)[0]!.replace(/[^\d+]/g, '')}`
}

/** A run of text that is the same in all values, or differs. */
export interface Run {
  text: string
  differs: boolean
}

/** Cuts `value` into what it shares with `other` at both ends and what differs between, so that the fork can underline the difference. */
export function differing(value: string, other: string): Run[] {
  const a = [...value]
  const b = [...other]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  const runs: Run[] = [
    { text: a.slice(0, head).join(''), differs: false },
    { text: a.slice(head, a.length - tail).join(''), differs: true },
    { text: a.slice(a.length - tail).join(''), differs: false },
  ]
  return runs.filter((run) => run.text !== '')
}
